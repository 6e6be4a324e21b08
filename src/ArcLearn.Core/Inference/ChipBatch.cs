namespace ArcLearn.Core.Inference;

/// <summary>Chips on their way to a model: always a full batch of samples, the places after <see cref="Count"/> zero.</summary>
internal sealed class ChipBatch
{
    private readonly int _chipLength;
    private readonly int[] _ordinals;
    private readonly Tile[] _tiles;

    public ChipBatch(int size, int chipLength)
    {
        _chipLength = chipLength;
        _ordinals = new int[size];
        _tiles = new Tile[size];
        Samples = new float[checked(size * chipLength)];
    }

    /// <summary><c>[BatchSize, Bands, ChipSize, ChipSize]</c>.</summary>
    public float[] Samples { get; }

    /// <summary>Places that hold a tile.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == _tiles.Length;

    public ReadOnlySpan<Tile> Tiles => _tiles.AsSpan(0, Count);

    /// <summary>Place of each tile in the run's selection.</summary>
    public ReadOnlySpan<int> Ordinals => _ordinals.AsSpan(0, Count);

    public void Add(int ordinal, in Tile tile, ReadOnlySpan<float> chip)
    {
        chip.CopyTo(Samples.AsSpan(Count * _chipLength, _chipLength));
        (_ordinals[Count], _tiles[Count]) = (ordinal, tile);
        Count++;
    }

    /// <summary>Zeroes the places without a tile: what an earlier batch left there must not reach the model.</summary>
    public void Seal() => Samples.AsSpan(Count * _chipLength).Clear();

    public void Clear() => Count = 0;
}
