using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Index.Strtree;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>
/// The objects of one raster in its pixel coordinates, found by tile. Everything happens in pixels, so that a rotated raster needs no
/// case of its own; shares of areas are the same there. Safe from any number of threads once built.
/// </summary>
internal sealed class ObjectIndex : ILabelSource
{
    private readonly STRtree<Entry> _tree = new();
    private readonly List<Entry> _entries = [];
    private readonly double _pixelArea;

    /// <param name="objects">Labels in the raster's coordinates.</param>
    /// <param name="raster">The raster.</param>
    /// <param name="aside">Labels that lie in no tile, and are only counted.</param>
    /// <param name="pixelArea">What areas are multiples of; null for the square map units of a pixel.</param>
    public ObjectIndex(IReadOnlyList<LabelObject> objects, IRaster raster, LabelsAside? aside = null, double? pixelArea = null)
    {
        aside ??= new LabelsAside();
        Outside = aside.Outside.Count;
        InsidePlaces.Add(aside.Inside);
        MapExtent.ExpandToInclude(aside.Extent);
        GeoTransform transform = raster.Transform;
        _pixelArea = pixelArea ?? Math.Abs((transform.PixelWidth * transform.PixelHeight) - (transform.RowRotation * transform.ColumnRotation));
        AffineTransformation toPixel = ToPixel(transform);
        Envelope bounds = new(0, raster.Width, 0, raster.Height);
        for (int i = 0; i < objects.Count; i++)
        {
            LabelObject label = objects[i];
            Geometry geometry = toPixel.Transform(label.Geometry);
            Envelope envelope = geometry.EnvelopeInternal;
            MapExtent.ExpandToInclude(label.Geometry.EnvelopeInternal);
            if (SharesArea(envelope, bounds))
            {
                Entry entry = new(_entries.Count, label.Value, geometry, envelope, geometry.Area);
                _entries.Add(entry);
                _tree.Insert(envelope, entry);
            }
            else
            {
                Outside++;
                continue;
            }

            InsidePlaces.Add(label.Place);
        }

        Count = objects.Count + aside.Count;
        _tree.Build();
    }

    public int Count { get; }

    /// <summary>Objects that the raster does not reach.</summary>
    public int Outside { get; }

    /// <summary>Which labels the raster reaches.</summary>
    public LabelPlaces InsidePlaces { get; } = new();

    /// <summary>Bounds of the objects that the raster reaches, in its pixels, in the order drawn.</summary>
    public IEnumerable<Envelope> Boxes => _entries.Select(entry => entry.Envelope);

    /// <summary>Bounds of all objects in map coordinates.</summary>
    public Envelope MapExtent { get; } = new();

    public ChipLabels Find(ChipPlace place, double minShare, out int belowShare)
    {
        belowShare = 0;
        PixelWindow window = place.IsTurned ? new PixelWindow(0, 0, place.Width, place.Height) : place.Window;
        Envelope bounds = new(window.Column, window.Right, window.Row, window.Bottom);
        AffineTransformation? turn = place.IsTurned ? place.ToChip() : null;
        IEnumerable<Entry> hits = place.Object >= 0 ? [_entries[place.Object]] : _tree.Query(place.Bounds).OrderBy(entry => entry.Order);
        List<ChipObject> found = [];
        foreach (Entry hit in hits)
        {
            Entry entry = turn is null ? hit : Turn(hit, turn);
            (Envelope box, double area) = bounds.Contains(entry.Envelope) ? (entry.Envelope, entry.Area) : WindowClip.Measure(entry.Geometry, bounds);
            if (box.IsNull || !HasArea(box))
            {
                continue;
            }

            if (entry.Area > 0 && area / entry.Area < minShare - 1e-9)
            {
                belowShare++;
                continue;
            }

            found.Add(new ChipObject(
                entry.Value, box.MinX - window.Column, box.MinY - window.Row, box.MaxX - window.Column, box.MaxY - window.Row, area * _pixelArea)
            {
                Shape = new PolygonShape(entry.Geometry, window),
            });
        }

        return ChipLabels.OfObjects(place, found, _pixelArea);
    }

    private static Entry Turn(Entry entry, AffineTransformation turn)
    {
        Geometry geometry = turn.Transform(entry.Geometry);
        return entry with { Geometry = geometry, Envelope = geometry.EnvelopeInternal };
    }

    /// <summary>Also after the label file has rounded it to two decimals.</summary>
    private static bool HasArea(Envelope box) =>
        Math.Round(box.MinX, 2) < Math.Round(box.MaxX, 2) && Math.Round(box.MinY, 2) < Math.Round(box.MaxY, 2);

    private static bool SharesArea(Envelope a, Envelope b) =>
        !a.IsNull && a.MinX < b.MaxX && b.MinX < a.MaxX && a.MinY < b.MaxY && b.MinY < a.MaxY;

    /// <summary>From map coordinates to pixels.</summary>
    public static AffineTransformation ToPixel(GeoTransform transform)
    {
        double determinant = (transform.PixelWidth * transform.PixelHeight) - (transform.RowRotation * transform.ColumnRotation);
        double a = transform.PixelHeight / determinant;
        double b = -transform.RowRotation / determinant;
        double d = -transform.ColumnRotation / determinant;
        double e = transform.PixelWidth / determinant;

        // Shifting to the origin first keeps the small numbers of the pixels exact beside the large ones of the map.
        return AffineTransformation.TranslationInstance(-transform.OriginX, -transform.OriginY).Compose(new AffineTransformation(a, b, 0, d, e, 0));
    }

    private sealed record Entry(int Order, int Value, Geometry Geometry, Envelope Envelope, double Area);
}
