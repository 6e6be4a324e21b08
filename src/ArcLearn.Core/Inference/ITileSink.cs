namespace ArcLearn.Core.Inference;

/// <summary>What a tile came to, whatever the model answers.</summary>
/// <param name="IsSkipped">Wholly nodata: the model did not see it.</param>
/// <param name="Failure">Why the tile could not be read; null where it could.</param>
internal abstract record TileOutcome(int Tile, bool IsSkipped, string? Failure);

/// <summary>What a tile came to that was searched for objects.</summary>
/// <param name="Detections">What the tile keeps, in the model's order; seams are not merged yet.</param>
/// <param name="CutDetections">How many of them reach an edge of the chip where the raster goes on.</param>
internal sealed record TileResult(int Tile, bool IsSkipped, IReadOnlyList<Detection> Detections, int CutDetections, string? Failure = null)
    : TileOutcome(Tile, IsSkipped, Failure);

/// <summary>A tile that could not be read, and why.</summary>
internal readonly record struct FailedTile(int Tile, string Reason);

/// <summary>Takes the finished tiles of a run in the order of their indices, on the thread that runs it: a list, or a journal.</summary>
internal interface ITileSink<in TOutcome>
    where TOutcome : TileOutcome
{
    /// <summary>Tiles that it has already: the first ones of the run.</summary>
    int Finished { get; }

    /// <summary>Tiles among them that are wholly nodata.</summary>
    int Skipped { get; }

    void Accept(TOutcome result);
}

/// <summary>Takes the tiles of a search.</summary>
internal interface ITileSink : ITileSink<TileResult>;

/// <summary>Keeps all detections in memory.</summary>
internal sealed class TileList : ITileSink
{
    private readonly List<Detection> _detections = [];

    public IReadOnlyList<Detection> Detections => _detections;

    public int Finished { get; private set; }

    public int Skipped { get; private set; }

    public int CutDetections { get; private set; }

    /// <summary>Tiles that could not be read.</summary>
    public List<FailedTile> Failed { get; } = [];

    public void Accept(TileResult result)
    {
        Finished++;
        Skipped += result.IsSkipped ? 1 : 0;
        CutDetections += result.CutDetections;
        _detections.AddRange(result.Detections);
        if (result.Failure is string reason)
        {
            Failed.Add(new FailedTile(result.Tile, reason));
        }
    }
}
