using System.Security.Cryptography;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Algorithm.Locate;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.IO;

namespace ArcLearn.Core.Inference;

/// <summary>Polygons that bound a search, in the map coordinates of the run: what is found counts when its centre lies in one of them or on its border.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class SearchMask
{
    private static readonly GeometryFactory s_geometry = new();

    private readonly Geometry _whole;
    private readonly IPreparedGeometry _polygons;
    private readonly IndexedPointInAreaLocator _locator;

    /// <param name="polygons">A polygon, or several that do not overlap.</param>
    /// <param name="path">Where they come from, for errors.</param>
    public SearchMask(Geometry polygons, string path)
    {
        (_whole, _polygons, _locator, Path) = (polygons, PreparedGeometryFactory.Prepare(polygons), new IndexedPointInAreaLocator(polygons), path);
        Envelope bounds = polygons.EnvelopeInternal;
        Extent = new GeoExtent(bounds.MinX, bounds.MinY, bounds.MaxX, bounds.MaxY);
        Identity = Convert.ToHexString(SHA256.HashData(polygons.AsBinary()), 0, 8);
    }

    public string Path { get; }

    /// <summary>The rectangle around them.</summary>
    public GeoExtent Extent { get; }

    /// <summary>A hash of their coordinates.</summary>
    public string Identity { get; }

    /// <summary>Reads layers, in the coordinates of a raster.</summary>
    /// <returns>Null where there are none.</returns>
    /// <exception cref="LearnDataException">MaskInvalid: a feature is no polygon, or none is left. LabelCrsMissing and its like: their place is not known.</exception>
    public static SearchMask? Read(IReadOnlyList<LayerSource> layers, IRaster raster, IFileSystem files) =>
        layers.Count == 0 ? null : new SearchMask(MaskReader.Read(layers, raster, files), layers[0].Path);

    /// <summary>From what <see cref="ToBinary"/> gave.</summary>
    public static SearchMask FromBinary(byte[] polygons, string path) => new(new WKBReader().Read(polygons), path);

    /// <summary>The polygons as well-known binary.</summary>
    public byte[] ToBinary() => _whole.AsBinary();

    /// <summary>The polygons in pixels of a raster, for filling.</summary>
    public Geometry InPixels(GeoTransform transform)
    {
        Geometry pixels = _whole.Copy();
        pixels.Apply(new ToPixels(transform));
        return pixels;
    }

    public bool Holds(double x, double y) => _locator.Locate(new Coordinate(x, y)) != Location.Exterior;

    /// <summary>Whether a window of pixels, grown on each side, has a point in common with a polygon.</summary>
    public bool Touches(PixelWindow window, double grow, GeoTransform transform)
    {
        Coordinate first = At(window.Column - grow, window.Row - grow);
        return _polygons.Intersects(s_geometry.CreatePolygon(
        [
            first,
            At(window.Right + grow, window.Row - grow),
            At(window.Right + grow, window.Bottom + grow),
            At(window.Column - grow, window.Bottom + grow),
            first.Copy(),
        ]));

        Coordinate At(double column, double row)
        {
            (double x, double y) = transform.ToMap(column, row);
            return new Coordinate(x, y);
        }
    }

    private sealed class ToPixels(GeoTransform transform) : ICoordinateFilter
    {
        public void Filter(Coordinate coord) => (coord.X, coord.Y) = transform.ToPixel(coord.X, coord.Y);
    }
}
