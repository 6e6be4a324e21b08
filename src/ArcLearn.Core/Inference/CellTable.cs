namespace ArcLearn.Core.Inference;

/// <summary>A hash table from grid cells to the first box in each: open addressing, at most half full.</summary>
internal sealed class CellTable
{
    private const int Empty = -1;
    private long[] _keys = new long[16];
    private int[] _heads = NewHeads(16);

    /// <summary>Cells that hold a box.</summary>
    public int Count { get; private set; }

    /// <summary>One per slot of the table: a box, or −1.</summary>
    public ReadOnlySpan<int> Heads => _heads;

    /// <summary>The first box of a cell, or −1.</summary>
    public int Find(int column, int row) => _heads[Slot(Key(column, row))];

    /// <summary>Makes a box the first of its cell.</summary>
    /// <returns>The one that was it before, or −1.</returns>
    public int Push(int column, int row, int box)
    {
        if (2 * (Count + 1) > _heads.Length)
        {
            Grow();
        }

        long key = Key(column, row);
        int slot = Slot(key);
        int before = _heads[slot];
        Count += before == Empty ? 1 : 0;
        (_keys[slot], _heads[slot]) = (key, box);
        return before;
    }

    private static long Key(int column, int row) => ((long)column << 32) | (uint)row;

    private static int[] NewHeads(int length)
    {
        int[] heads = new int[length];
        Array.Fill(heads, Empty);
        return heads;
    }

    /// <summary>The cell's slot, or the empty one where it belongs.</summary>
    private int Slot(long key)
    {
        // Fibonacci hashing: neighbouring cells land far apart.
        int mask = _heads.Length - 1;
        int slot = (int)((ulong)(key * -7046029254386353131L) >> 32) & mask;
        while (_heads[slot] != Empty && _keys[slot] != key)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        (long[] keys, int[] heads) = (_keys, _heads);
        (_keys, _heads) = (new long[2 * keys.Length], NewHeads(2 * heads.Length));
        for (int i = 0; i < heads.Length; i++)
        {
            if (heads[i] != Empty)
            {
                int slot = Slot(keys[i]);
                (_keys[slot], _heads[slot]) = (keys[i], heads[i]);
            }
        }
    }
}
