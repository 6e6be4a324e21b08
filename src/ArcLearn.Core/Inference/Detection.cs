namespace ArcLearn.Core.Inference;

/// <summary>A detection in pixels of the raster (corner coordinates: 0 is its outer left or upper edge).</summary>
/// <param name="ClassIndex">Index into the model's classes, from 0.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="Tile">The tile of the grid that saw it.</param>
/// <param name="Index">Its place among what the model answered for that tile, before any was left out.</param>
internal readonly record struct Detection(
    double XMin, double YMin, double XMax, double YMax, int ClassIndex, float Score, int Tile, int Index)
{
    public double Area => (XMax - XMin) * (YMax - YMin);

    public double CenterX => (XMin + XMax) / 2;

    public double CenterY => (YMin + YMax) / 2;

    /// <summary>Intersection over union, 0 to 1.</summary>
    public double Overlap(in Detection other)
    {
        double width = Math.Min(XMax, other.XMax) - Math.Max(XMin, other.XMin);
        double height = Math.Min(YMax, other.YMax) - Math.Max(YMin, other.YMin);
        if (!(width > 0 && height > 0))
        {
            return 0;
        }

        double shared = width * height;
        return shared / (Area + other.Area - shared);
    }

    /// <summary>The better first: score, then tile, then index. No two detections of a run are equal in it.</summary>
    public static int CompareRank(Detection left, Detection right)
    {
        int order = right.Score.CompareTo(left.Score);
        order = order != 0 ? order : left.Tile.CompareTo(right.Tile);
        return order != 0 ? order : left.Index.CompareTo(right.Index);
    }
}
