using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>How a label lies to a raster and to what is asked of it.</summary>
internal enum LabelReach
{
    /// <summary>In what is asked for, or so near that only the pixels can tell.</summary>
    Wanted,

    /// <summary>On the raster, beyond what is asked for.</summary>
    Inside,

    /// <summary>Not on the raster.</summary>
    Outside,
}

/// <summary>Which labels are worth keeping, in the raster's coordinates. What lies on a border is kept.</summary>
/// <param name="Wanted">Holds all that is asked for.</param>
/// <param name="Inner">Lies within the raster; null (of no size) where that cannot be said.</param>
/// <param name="Outer">Holds the raster.</param>
internal sealed record LabelBounds(Envelope Wanted, Envelope Inner, Envelope Outer)
{
    public LabelReach Reach(Envelope label) => !Outer.Intersects(label) ? LabelReach.Outside
        : !Wanted.Intersects(label) && Inner.Intersects(label) ? LabelReach.Inside
        : LabelReach.Wanted;

    /// <summary>What lies on any of several rasters is wanted.</summary>
    public static LabelBounds Around(IEnumerable<LabelBounds> rasters)
    {
        Envelope all = new();
        foreach (LabelBounds bounds in rasters)
        {
            all.ExpandToInclude(bounds.Outer);
        }

        return new LabelBounds(all, new Envelope(), all);
    }
}

/// <summary>Labels that are counted and not kept.</summary>
internal sealed class LabelsAside
{
    public int Count { get; private set; }

    /// <summary>Those that the raster does not reach.</summary>
    public LabelPlaces Outside { get; } = new();

    /// <summary>Those on the raster, beyond what is asked for.</summary>
    public LabelPlaces Inside { get; } = new();

    /// <summary>Bounds of them all, in the raster's coordinates.</summary>
    public Envelope Extent { get; } = new();

    public void Add(LabelPlace place, LabelReach reach, Envelope bounds)
    {
        (reach == LabelReach.Outside ? Outside : Inside).Add(place);
        Extent.ExpandToInclude(bounds);
        Count++;
    }

    /// <summary>Takes in those of another layer.</summary>
    public void Add(LabelsAside other)
    {
        Outside.Add(other.Outside);
        Inside.Add(other.Inside);
        Extent.ExpandToInclude(other.Extent);
        Count += other.Count;
    }
}
