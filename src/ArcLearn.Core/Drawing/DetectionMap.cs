using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>What a map is drawn of.</summary>
internal sealed record DetectionMapOptions
{
    /// <summary>Longer side of the map in pixels, the legend not counted.</summary>
    public int MaxSide { get; init; } = 2048;

    /// <summary>The layer in its file; null for the first.</summary>
    public string? LayerName { get; init; }

    /// <summary>The field that colours; null for Class, or else none.</summary>
    public string? ClassField { get; init; }

    /// <summary>Classes with their colours, listed even where none is found; null to take those of the layer.</summary>
    public IReadOnlyList<ClassDefinition>? Classes { get; init; }

    /// <summary>Replaces an existing picture.</summary>
    public bool Force { get; init; }

    /// <summary>Makes the picture's folder.</summary>
    public bool MakeFolder { get; init; }

    /// <summary>Asked when nothing speaks against the picture and nothing has been written; false ends it.</summary>
    public Func<bool>? Confirm { get; init; }

    /// <summary>Takes a sentence about each thing that was opened.</summary>
    public Action<string>? Inform { get; init; }
}

/// <summary>Draws a layer over its raster, outlines coloured by class, with a legend of names and counts.</summary>
internal static class DetectionMap
{
    private const int LargestSide = 16_384;

    /// <summary>Draws a file of features.</summary>
    /// <param name="layerPath">A file of features or a table's address; it may hold no feature.</param>
    /// <param name="rasterPath">What lies below; null for white.</param>
    /// <param name="pngPath">The picture.</param>
    /// <param name="options">How.</param>
    /// <param name="files">Where files are; null for the disk.</param>
    /// <param name="cancel">Ends the reading between windows of the raster.</param>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    /// <exception cref="LearnDataException">
    /// UnknownCrs, where layer and raster have different ones that cannot be converted; LayerOutside, where no feature lies on the raster.
    /// </exception>
    /// <returns>Null where <see cref="DetectionMapOptions.Confirm"/> declined.</returns>
    public static PictureItem? Draw(
        string layerPath,
        string? rasterPath,
        string pngPath,
        DetectionMapOptions? options = null,
        IFileSystem? files = null,
        CancellationToken cancel = default)
    {
        options ??= new DetectionMapOptions();
        files ??= LocalFileSystem.Instance;
        if (options.MaxSide is < 16 or > LargestSide)
        {
            throw new LearnArgumentException("MaxSide", $"MaxSide is {options.MaxSide}; it must be from 16 to {LargestSide} pixels.");
        }

        PictureFile.CheckOutput(pngPath, files, options.Force, options.MakeFolder);
        using IVectorLayer layer = VectorLayers.Open(layerPath, options.LayerName, files);
        using IRaster? raster = rasterPath is null ? null : RasterFile.Open(rasterPath, files);
        LayerSurvey survey = LayerSurvey.Make(layer, raster, options, cancel);
        if (raster is not null)
        {
            options.Inform?.Invoke(RasterSummary.Describe(raster));
        }

        options.Inform?.Invoke($"Opened {layerPath}, layer '{layer.Name}': {survey.Describe()}, {layer.SpatialReference?.ToString() ?? "no coordinate reference system"}. Writing {pngPath}.");
        if (options.Confirm?.Invoke() == false)
        {
            return null;
        }

        if (options.MakeFolder && Path.GetDirectoryName(pngPath) is string folder)
        {
            files.CreateDirectory(folder);
        }

        using SKBitmap sheet = Compose(layer, raster, options, survey, cancel);
        cancel.ThrowIfCancellationRequested();
        string over = raster is null ? "" : $" over {Path.GetFileName(raster.Path)}";
        return PictureFile.Save(sheet, pngPath, survey.Describe() + over, files, options.Force);
    }

    /// <summary>Draws an open layer that was looked through.</summary>
    public static SKBitmap Compose(
        IVectorLayer layer, IRaster? raster, DetectionMapOptions options, LayerSurvey survey, CancellationToken cancel = default)
    {
        FeatureClasses classes = survey.Classes;
        ICoordinateTransform? transform = survey.Transform;
        using SKBitmap map = Background(raster, survey.Bounds, options.MaxSide, out MapFrame frame, cancel);
        using (SKCanvas canvas = new(map))
        {
            foreach (VectorFeature feature in layer.Read(Window(layer, raster)))
            {
                cancel.ThrowIfCancellationRequested();
                if (feature.Geometry is { IsEmpty: false } geometry && (transform?.Apply(geometry) ?? geometry) is { } placed
                    && (raster is null || LayerSurvey.Reaches(raster, placed)))
                {
                    DrawOutline(canvas, frame, placed, classes.ColorOf(feature), map.Width);
                }
            }
        }

        List<string> lines = [$"{Path.GetFileName(layer.Path)}: {survey.Describe()}"];
        if (raster is not null)
        {
            string scale = frame.Step == 1 ? "" : FormattableString.Invariant($", shown at 1:{frame.Step}");
            lines.Add(FormattableString.Invariant($"{Path.GetFileName(raster.Path)}: {raster.Width} x {raster.Height} pixels{scale}"));
        }

        return Legend.Append(map, lines, classes.Entries());
    }

    private static void DrawOutline(SKCanvas canvas, MapFrame frame, Geometry geometry, SKColor color, int width)
    {
        float stroke = Math.Clamp(width / 700f, 1.5f, 3);
        using SKPathBuilder outline = new();
        frame.AddTo(geometry, outline, pointRadius: 2 * stroke);
        using SKPath path = outline.Detach();
        using SKPaint paint = new()
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeJoin = SKStrokeJoin.Miter,

            // A dark rim keeps a bright outline visible on bright ground.
            Color = new SKColor(0, 0, 0, 120),
            StrokeWidth = stroke + 1.5f,
        };
        canvas.DrawPath(path, paint);
        (paint.Color, paint.StrokeWidth) = (color, stroke);
        canvas.DrawPath(path, paint);
    }

    private static SKBitmap Background(IRaster? raster, Envelope bounds, int maxSide, out MapFrame frame, CancellationToken cancel)
    {
        if (raster is not null)
        {
            RasterThumbnail thumbnail = RasterThumbnail.Read(raster, maxSide, cancel);
            frame = new MapFrame(raster.Transform, thumbnail.Step);
            return RasterPicture.Draw(thumbnail);
        }

        // Without a raster the layer's own extent, a twentieth wider on each side, fills the picture; an empty one has none.
        Envelope extent = bounds.IsNull ? new Envelope(0, 4, 0, 3) : bounds.Copy();
        double side = Math.Max(Math.Max(extent.Width, extent.Height), 1e-9);
        extent.ExpandBy(0.05 * side);
        double unit = Math.Max(extent.Width, extent.Height) / maxSide;
        frame = new MapFrame(new GeoTransform(extent.MinX, extent.MaxY, unit, -unit), 1);
        SKBitmap blank = new(
            Math.Clamp((int)Math.Ceiling(extent.Width / unit), 1, maxSide), Math.Clamp((int)Math.Ceiling(extent.Height / unit), 1, maxSide));
        blank.Erase(SKColors.White);
        return blank;
    }

    /// <summary>The raster's ground in the layer's coordinates: what lies outside is counted but not drawn. Null draws all.</summary>
    private static Envelope? Window(IVectorLayer layer, IRaster? raster)
    {
        if (raster is null)
        {
            return null;
        }

        Envelope bounds = RasterBounds.InMap(raster);
        return raster.SpatialReference is SpatialReference from && layer.SpatialReference is SpatialReference to
            ? CoordinateTransforms.Create(from, to).Apply(bounds)
            : bounds;
    }
}
