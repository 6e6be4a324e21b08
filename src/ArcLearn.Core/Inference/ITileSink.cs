namespace ArcLearn.Core.Inference;

/// <summary>What a tile came to.</summary>
/// <param name="IsSkipped">Wholly nodata: the model did not see it.</param>
/// <param name="Detections">What the tile keeps, in the model's order; seams are not merged yet.</param>
/// <param name="CutDetections">How many of them reach an edge of the chip where the raster goes on.</param>
internal sealed record TileResult(int Tile, bool IsSkipped, IReadOnlyList<Detection> Detections, int CutDetections);

/// <summary>Takes the finished tiles of a run in the order of their indices, on the thread that runs it: a list, or a journal.</summary>
internal interface ITileSink
{
    void Accept(TileResult result);
}

/// <summary>Keeps all detections in memory.</summary>
internal sealed class TileList : ITileSink
{
    private readonly List<Detection> _detections = [];

    public IReadOnlyList<Detection> Detections => _detections;

    public int Tiles { get; private set; }

    public int SkippedTiles { get; private set; }

    public int CutDetections { get; private set; }

    public void Accept(TileResult result)
    {
        Tiles += result.IsSkipped ? 0 : 1;
        SkippedTiles += result.IsSkipped ? 1 : 0;
        CutDetections += result.CutDetections;
        _detections.AddRange(result.Detections);
    }
}
