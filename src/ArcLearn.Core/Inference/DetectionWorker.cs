using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>A replica whose answers it moves into the raster, checks, and leaves to the tile that owns them.</summary>
internal sealed class DetectionWorker(IDetectionReplica replica, int classes, TileGrid grid, TileOwnership ownership) : ITileWorker<TileResult>
{
    /// <summary>How near to the chip's edge, in pixels, a box counts as cut by it.</summary>
    private const float EdgeWidth = 1;

    public TileResult[] Process(ChipBatch batch)
    {
        IReadOnlyList<ChipDetection>[] answers = replica.Detect(batch.Samples);
        if (answers.Length < batch.Count)
        {
            throw new LearnDataException("ModelOutput", $"The model answered {answers.Length} chips of a batch that holds {batch.Count}.");
        }

        TileResult[] results = new TileResult[batch.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = Keep(batch.Tiles[i], answers[i]);
        }

        return results;
    }

    public void Dispose() => replica.Dispose();

    private TileResult Keep(in Tile tile, IReadOnlyList<ChipDetection> answer)
    {
        List<Detection> kept = [];
        int cut = 0;
        for (int i = 0; i < answer.Count; i++)
        {
            ChipDetection box = answer[i];
            Check(tile, box);
            if (Place(tile, box, i) is Detection detection && ownership.Keeps(tile, detection.CenterX, detection.CenterY))
            {
                kept.Add(detection);
                cut += IsCut(tile.Window, box) ? 1 : 0;
            }
        }

        return new TileResult(tile.Index, IsSkipped: false, kept, cut);
    }

    /// <summary>Raster pixels, cut at the raster's edges; null for a box whose centre is beyond them: it was found in the filling.</summary>
    private Detection? Place(in Tile tile, in ChipDetection box, int index)
    {
        double left = (double)tile.Window.Column + box.XMin;
        double top = (double)tile.Window.Row + box.YMin;
        double right = (double)tile.Window.Column + box.XMax;
        double bottom = (double)tile.Window.Row + box.YMax;
        double x = (left + right) / 2;
        double y = (top + bottom) / 2;
        if (x < 0 || y < 0 || x >= grid.Width || y >= grid.Height)
        {
            return null;
        }

        Detection detection = new(
            Math.Max(left, 0),
            Math.Max(top, 0),
            Math.Min(right, grid.Width),
            Math.Min(bottom, grid.Height),
            box.ClassIndex,
            box.Score,
            tile.Index,
            index);
        return detection.XMax > detection.XMin && detection.YMax > detection.YMin ? detection : null;
    }

    private bool IsCut(in PixelWindow window, in ChipDetection box) =>
        (window.Column > 0 && box.XMin < EdgeWidth)
        || (window.Row > 0 && box.YMin < EdgeWidth)
        || (window.Right < grid.Width && box.XMax > window.Width - EdgeWidth)
        || (window.Bottom < grid.Height && box.YMax > window.Height - EdgeWidth);

    private void Check(in Tile tile, in ChipDetection box)
    {
        if (!float.IsFinite(box.XMin + box.YMin + box.XMax + box.YMax) || !(box.Score is >= 0 and <= 1)
            || (uint)box.ClassIndex >= (uint)classes)
        {
            throw new LearnDataException(
                "ModelOutput",
                $"The model answered {box} for {tile}: coordinates must be numbers, the score from 0 to 1, the class one of {classes}. "
                + "Are its weights damaged, or did its training diverge?");
        }
    }
}
