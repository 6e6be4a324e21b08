namespace ArcLearn.Core.Inference;

/// <summary>What a tile came to.</summary>
/// <param name="IsSkipped">Wholly nodata: the model did not see it.</param>
/// <param name="Detections">What the tile keeps, in the model's order; seams are not merged yet.</param>
/// <param name="CutDetections">How many of them reach an edge of the chip where the raster goes on.</param>
internal sealed record TileResult(int Tile, bool IsSkipped, IReadOnlyList<Detection> Detections, int CutDetections);

/// <summary>Takes the finished tiles of a run in the order of their indices, on the thread that runs it: a list, or a journal.</summary>
internal interface ITileSink
{
    /// <summary>Tiles that it has already: the first ones of the run.</summary>
    int Finished { get; }

    /// <summary>Tiles among them that are wholly nodata.</summary>
    int Skipped { get; }

    void Accept(TileResult result);
}

/// <summary>Keeps all detections in memory.</summary>
internal sealed class TileList : ITileSink
{
    private readonly List<Detection> _detections = [];

    public IReadOnlyList<Detection> Detections => _detections;

    public int Finished { get; private set; }

    public int Skipped { get; private set; }

    public int CutDetections { get; private set; }

    public void Accept(TileResult result)
    {
        Finished++;
        Skipped += result.IsSkipped ? 1 : 0;
        CutDetections += result.CutDetections;
        _detections.AddRange(result.Detections);
    }
}
