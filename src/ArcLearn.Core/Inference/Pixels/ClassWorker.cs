using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>A replica whose scores become classes of the tile's own core.</summary>
internal sealed class ClassWorker : ITileWorker<ClassTile>
{
    private readonly IPixelReplica _replica;
    private readonly TileReader _reader;
    private readonly PixelRunOptions _options;
    private readonly PixelScores _math;
    private readonly CorePacker _packer;
    private readonly int _side;
    private readonly int _chipLength;
    private readonly float[] _scores;
    private readonly byte[] _missing;

    public ClassWorker(IPixelBackend backend, TileGrid grid, TileReader reader, PixelRunOptions options)
    {
        int channels = backend.Classes.Count + 1;
        int largest = grid.ChipSize * grid.ChipSize;
        (_reader, _options, _side) = (reader, options, backend.ChipSize);
        _math = new PixelScores(channels, _side, options.PredictBackground ? 0 : 1);
        _packer = new CorePacker(channels, options, largest);
        _chipLength = backend.Bands * largest;
        _scores = new float[checked(backend.BatchSize * channels * largest)];
        _missing = new byte[largest];
        _replica = backend.CreateReplica();
    }

    public ClassTile[] Process(ChipBatch batch)
    {
        _replica.Score(batch.Samples, _scores);
        ClassTile[] results = new ClassTile[batch.Count];
        int length = _scores.Length / (batch.Samples.Length / _chipLength);
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = Classify(batch.Tiles[i], batch.Samples.AsSpan(i * _chipLength, _chipLength), _scores.AsSpan(i * length, length));
        }

        return results;
    }

    public void Dispose()
    {
        _replica.Dispose();
        _packer.Dispose();
    }

    private ClassTile Classify(in Tile tile, ReadOnlySpan<float> samples, Span<float> scores)
    {
        PixelWindow core = tile.Core;
        Span<byte> missing = _missing.AsSpan(0, (int)core.Area);
        bool hasMissing;
        try
        {
            hasMissing = _reader.FindMissing(tile, samples, missing);
        }
        catch (LearnDataException e) when (_options.ListBadTiles && TileReader.IsFault(e, out string? reason))
        {
            return new ClassTile(tile.Index, IsSkipped: false, null, null, reason);
        }

        Span<ushort> places = _packer.Places(missing.Length);
        int start = ((core.Row - tile.Window.Row) * _side) + core.Column - tile.Window.Column;
        for (int row = 0; row < core.Height; row++)
        {
            int at = start + (row * _side);
            _math.Choose(scores, _side * _side, at, places.Slice(row * core.Width, core.Width));
            if (_options.HasProbabilities)
            {
                _math.Share(scores, _side * _side, at, core.Width, scores);
            }
        }

        return _packer.Pack(tile, scores, start, _side, _side * _side, hasMissing ? missing : []);
    }
}
