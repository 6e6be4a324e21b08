using System.Collections;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Chips;

/// <summary>arcgis' context of an export: where to cut, whether chips without objects are kept, the first chip's number.</summary>
internal sealed record ExportSettings
{
    private static readonly ArgumentDefinition s_allTiles = ArgumentDefinition.Boolean("exportAllTiles", "Whether chips without objects are written, too.");
    private static readonly ArgumentDefinition s_startIndex = ArgumentDefinition.Integer("startIndex", 0, 999_999_999, "The number of the first chip.");

    /// <summary>All names, as <see cref="Parse"/> knows them.</summary>
    public static readonly IReadOnlyList<string> Names = ["cellSize", "extent", "exportAllTiles", "startIndex"];

    public InferenceContext Place { get; init; } = new();

    public bool ExportAllTiles { get; init; }

    public int StartIndex { get; init; }

    /// <summary>Reads a user's table.</summary>
    /// <exception cref="LearnArgumentException">Context: an unknown name (the message lists the known ones) or a value that makes no sense.</exception>
    public static ExportSettings Parse(IDictionary? context)
    {
        ArgumentTable table = new("Context", context, Names);
        Hashtable place = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in Names.Take(2))
        {
            if (table.Value(name) is object value)
            {
                place[name] = value;
            }
        }

        return new ExportSettings
        {
            Place = InferenceContext.Parse(place),
            ExportAllTiles = table.Boolean(s_allTiles) ?? false,
            StartIndex = table.Integer(s_startIndex) ?? 0,
        };
    }

    /// <summary>The raster in cells of the size asked for; the raster itself where that is its own, or none is asked for.</summary>
    /// <exception cref="LearnArgumentException">Context: no grid can be made of such cells, or the raster has no map units to measure them in.</exception>
    public IRaster InCells(IRaster raster) => RunGrid.View(raster, Place);

    /// <summary>The whole pixels of a raster that lie within the extent; null without one.</summary>
    /// <exception cref="LearnDataException">The extent lies outside (ExtentOutside).</exception>
    /// <exception cref="LearnArgumentException">The raster is rotated, or the extent is in coordinates that cannot be converted.</exception>
    public PixelWindow? AreaOf(IRaster raster)
    {
        if (Place.ExtentIn(raster.SpatialReference, raster.SpatialReference) is not GeoExtent extent)
        {
            return null;
        }

        if (!raster.Transform.IsAxisAligned)
        {
            throw new LearnArgumentException("Context", $"{raster.Path} is rotated against its coordinates: an extent cuts no rectangle of it.");
        }

        (double Column, double Row) a = raster.Transform.ToPixel(extent.XMin, extent.YMin);
        (double Column, double Row) b = raster.Transform.ToPixel(extent.XMax, extent.YMax);

        // A border meant to lie on a pixel's edge may miss it by rounding; a thousandth of a pixel is no other pixel.
        const double Slack = 1e-3;
        double left = Math.Ceiling(Math.Max(0, Math.Min(a.Column, b.Column)) - Slack);
        double top = Math.Ceiling(Math.Max(0, Math.Min(a.Row, b.Row)) - Slack);
        double right = Math.Floor(Math.Min(raster.Width, Math.Max(a.Column, b.Column)) + Slack);
        double bottom = Math.Floor(Math.Min(raster.Height, Math.Max(a.Row, b.Row)) + Slack);
        return right > left && bottom > top
            ? new PixelWindow((int)left, (int)top, (int)(right - left), (int)(bottom - top))
            : throw new LearnDataException(
                "ExtentOutside", $"The extent {extent} holds no pixel of {raster.Path}. Give xmin, ymin, xmax, ymax in the raster's coordinates.", raster.Path);
    }
}

/// <summary>An export as a user asks for it: files, not open rasters.</summary>
internal sealed record ExportRequest
{
    public required IReadOnlyList<string> Rasters { get; init; }

    /// <summary>Whether all rasters are the bands of one, in the order given.</summary>
    public bool StackBands { get; init; }

    /// <summary>Layers, or one classified raster; none for formats without labels.</summary>
    public required IReadOnlyList<LayerSource> Labels { get; init; }

    public string? ClassValueField { get; init; }

    /// <summary>In map units of the raster.</summary>
    public double? BufferRadius { get; init; }

    /// <summary>The layer of the objects for instance masks; null for those of the classes.</summary>
    public LayerSource? Instances { get; init; }

    public string? InstanceClassValueField { get; init; }

    /// <summary>The second image of each chip, or the other side of unpaired images.</summary>
    public string? AdditionalRaster { get; init; }

    /// <summary>Polygons that chips must lie in; none for chips from everywhere.</summary>
    public IReadOnlyList<LayerSource> MaskPolygons { get; init; } = [];

    public ExportSettings Settings { get; init; } = new();

    /// <summary>Sources and classes are filled in from the files.</summary>
    public required ExportOptions Options { get; init; }
}
