namespace ArcLearn.Core.Inference;

/// <summary>Packs a tile's core: the best class of each pixel and, where they are kept, the percents of all. One thread uses an object at a time.</summary>
internal sealed class CorePacker : IDisposable
{
    /// <summary>Stands for nodata among percents.</summary>
    public const byte NoPercent = byte.MaxValue;

    private readonly int _channels;
    private readonly int _first;
    private readonly bool _keepsShares;
    private readonly ClassBlocks _blocks = new();
    private readonly ushort[] _places;
    private readonly byte[] _bytes;

    /// <param name="largest">Pixels of the largest core.</param>
    public CorePacker(int channels, PixelRunOptions options, int largest)
    {
        (_channels, _first, _keepsShares) = (channels, options.PredictBackground ? 0 : 1, options.HasProbabilities);
        _places = new ushort[largest];
        _bytes = new byte[_keepsShares ? largest * (channels - _first) : largest];
    }

    /// <summary>Scores that count, which are the bands of a raster of probabilities.</summary>
    public static int BandsOf(int channels, bool predictBackground) => channels - (predictBackground ? 0 : 1);

    /// <summary>Places to write the core's classes to, before <see cref="Pack"/>.</summary>
    public Span<ushort> Places(int count) => _places.AsSpan(0, count);

    /// <param name="tile">Whose core it is.</param>
    /// <param name="shares"><c>[channels, height, width]</c> of any pitch; not looked at where percents are not kept.</param>
    /// <param name="pitch">From a row to the next.</param>
    /// <param name="plane">From a channel to the next.</param>
    /// <param name="start">The core's first pixel.</param>
    /// <param name="missing">1 for each pixel without data; empty for none.</param>
    public ClassTile Pack(in Tile tile, ReadOnlySpan<float> shares, int start, int pitch, int plane, ReadOnlySpan<byte> missing)
    {
        int count = (int)tile.Core.Area;
        Span<ushort> places = Places(count);
        ushort noData = ClassBlocks.NoData(_channels);
        for (int i = 0; i < missing.Length; i++)
        {
            places[i] = missing[i] == 0 ? places[i] : noData;
        }

        byte[] classes = _blocks.Pack(places, _channels, _bytes);
        if (!_keepsShares)
        {
            return new ClassTile(tile.Index, IsSkipped: false, classes, Shares: null);
        }

        int at = 0;
        for (int channel = _first; channel < _channels; channel++)
        {
            for (int row = 0; row < tile.Core.Height; row++)
            {
                ReadOnlySpan<float> line = shares.Slice((channel * plane) + start + (row * pitch), tile.Core.Width);
                for (int column = 0; column < line.Length; column++, at++)
                {
                    _bytes[at] = missing.Length > 0 && missing[(row * line.Length) + column] != 0 ? NoPercent : PixelScores.Percent(line[column]);
                }
            }
        }

        return new ClassTile(tile.Index, IsSkipped: false, classes, _blocks.Pack(_bytes.AsSpan(0, at)));
    }

    public void Dispose() => _blocks.Dispose();
}
