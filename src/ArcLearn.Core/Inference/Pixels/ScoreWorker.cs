using ArcLearn.Core.Data;

namespace ArcLearn.Core.Inference;

/// <summary>A replica whose scores become probabilities of the whole chip, for <see cref="MeanMerge"/>.</summary>
internal sealed class ScoreWorker : ITileWorker<ScoreTile>
{
    private readonly IPixelReplica _replica;
    private readonly TileReader _reader;
    private readonly PixelRunOptions _options;
    private readonly PixelScores _math;
    private readonly ArrayStock<float> _stock;
    private readonly int _side;
    private readonly int _chipLength;
    private readonly float[] _scores;

    /// <param name="stock">Where the memory of results comes from, and whoever takes them gives it back.</param>
    public ScoreWorker(IPixelBackend backend, TileReader reader, PixelRunOptions options, ArrayStock<float> stock)
    {
        int channels = backend.Classes.Count + 1;
        int area = backend.ChipSize * backend.ChipSize;
        (_reader, _options, _stock, _side) = (reader, options, stock, backend.ChipSize);
        _math = new PixelScores(channels, _side, options.PredictBackground ? 0 : 1);
        _chipLength = backend.Bands * area;
        _scores = new float[checked(backend.BatchSize * channels * area)];
        _replica = backend.CreateReplica();
    }

    public ScoreTile[] Process(ChipBatch batch)
    {
        _replica.Score(batch.Samples, _scores);
        ScoreTile[] results = new ScoreTile[batch.Count];
        int length = _scores.Length / (batch.Samples.Length / _chipLength);
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = Share(batch.Tiles[i], batch.Samples.AsSpan(i * _chipLength, _chipLength), _scores.AsSpan(i * length, length));
        }

        return results;
    }

    public void Dispose() => _replica.Dispose();

    private ScoreTile Share(in Tile tile, ReadOnlySpan<float> samples, ReadOnlySpan<float> scores)
    {
        byte[]? missing = new byte[(int)tile.Core.Area];
        try
        {
            missing = _reader.FindMissing(tile, samples, missing) ? missing : null;
        }
        catch (LearnDataException e) when (_options.ListBadTiles && TileReader.IsFault(e, out string? reason))
        {
            return new ScoreTile(tile.Index, IsSkipped: false, null, null, reason);
        }

        float[] shares = _stock.Take(scores.Length);
        for (int row = 0; row < _side; row++)
        {
            _math.Share(scores, _side * _side, row * _side, _side, shares);
        }

        return new ScoreTile(tile.Index, IsSkipped: false, shares, missing);
    }
}
