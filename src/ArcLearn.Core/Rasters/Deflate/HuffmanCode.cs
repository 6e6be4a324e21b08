namespace ArcLearn.Core.Rasters.Deflate;

/// <summary>A prefix code for symbols that occur so often: lengths by Huffman's method, cut to a longest one, and codes as RFC 1951, section 3.2.2 has them, first bit lowest.</summary>
internal sealed class HuffmanCode
{
    private const int SymbolBits = 9;

    private readonly int _longest;
    private readonly int[] _order;
    private readonly int[] _weights;
    private readonly int[] _parents;

    /// <param name="symbols">How many there are.</param>
    /// <param name="longest">Bits of the longest code; enough for all symbols.</param>
    public HuffmanCode(int symbols, int longest)
    {
        _longest = longest;
        (Counts, Lengths, Codes) = (new int[symbols], new byte[symbols], new ushort[symbols]);
        (_order, _weights, _parents) = (new int[symbols], new int[2 * symbols], new int[2 * symbols]);
    }

    /// <summary>How often each symbol occurs, less than 2²² times; to be filled before <see cref="Build"/>.</summary>
    public int[] Counts { get; }

    /// <summary>Bits of each symbol's code; 0 for one that does not occur.</summary>
    public byte[] Lengths { get; }

    public ushort[] Codes { get; }

    public void Build()
    {
        Array.Clear(Lengths);
        int used = 0;
        for (int symbol = 0; symbol < Counts.Length; symbol++)
        {
            if (Counts[symbol] > 0)
            {
                _order[used++] = (Counts[symbol] << SymbolBits) | symbol;      // symbols too, so that equals have one order only
            }
        }

        Array.Sort(_order, 0, used);
        for (int i = 0; i < used; i++)
        {
            _weights[i] = _order[i] >> SymbolBits;
            _order[i] &= (1 << SymbolBits) - 1;
        }

        if (used == 1)
        {
            Lengths[_order[0]] = 1;     // a code has a bit
        }
        else if (used > 1)
        {
            Assign(CountLengths(used));
        }

        Number();
    }

    /// <summary>How many codes there are of each length, for symbols in rising order of weight.</summary>
    private int[] CountLengths(int used)
    {
        // Symbols and the nodes made of them both rise in weight, so the two lightest are always at the head of one of the two queues.
        int symbol = 0;
        int node = used;
        for (int next = used; next < (2 * used) - 1; next++)
        {
            int first = Take(next);
            int second = Take(next);
            _weights[next] = _weights[first] + _weights[second];
            _parents[first] = next;
            _parents[second] = next;
        }

        // Depths from the root down, in place of the weights.
        int[] counts = new int[_longest + 1];
        int excess = 0;
        _weights[(2 * used) - 2] = 0;
        for (int i = (2 * used) - 3; i >= 0; i--)
        {
            _weights[i] = _weights[_parents[i]] + 1;
            if (i < used)
            {
                counts[Math.Min(_weights[i], _longest)]++;
            }
        }

        for (int length = 1; length <= _longest; length++)
        {
            excess += counts[length] << (_longest - length);
        }

        // Codes that were cut leave too many: one of the longest goes below another leaf, which gets a bit longer, until all fit (Kraft's sum).
        for (excess -= 1 << _longest; excess > 0; excess--)
        {
            int length = _longest - 1;
            while (counts[length] == 0)
            {
                length--;
            }

            counts[length]--;
            counts[length + 1] += 2;
            counts[_longest]--;
        }

        return counts;

        int Take(int end) => symbol < used && (node == end || _weights[symbol] <= _weights[node]) ? symbol++ : node++;
    }

    private void Assign(int[] counts)
    {
        int at = 0;
        for (int length = _longest; length > 0; length--)
        {
            for (int i = 0; i < counts[length]; i++)
            {
                Lengths[_order[at++]] = (byte)length;   // the rarest have the longest
            }
        }
    }

    private void Number()
    {
        Span<int> next = stackalloc int[_longest + 2];
        next.Clear();
        foreach (byte length in Lengths)
        {
            next[length + 1] += length > 0 ? 1 : 0;
        }

        for (int length = 1; length <= _longest; length++)
        {
            next[length + 1] = (next[length] + next[length + 1]) << 1;
        }

        for (int symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int length = Lengths[symbol];
            if (length > 0)
            {
                Codes[symbol] = Reverse((uint)next[length]++, length);
            }
        }
    }

    private static ushort Reverse(uint code, int length)
    {
        uint reversed = 0;
        for (int i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | ((code >> i) & 1);
        }

        return (ushort)reversed;
    }
}
