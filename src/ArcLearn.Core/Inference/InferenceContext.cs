using System.Collections;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Inference;

/// <summary>Where and on what a run takes place: arcgis' context.</summary>
internal sealed record InferenceContext
{
    /// <summary>All names, as <see cref="Parse"/> knows them.</summary>
    public static readonly IReadOnlyList<string> Names = ["cellSize", "extent", "outSR", "parallelProcessingFactor", "processorType", "snapRaster"];

    public const string Parameter = "Context";

    /// <summary>The cell size asked for, in map units of the run; null for the raster's own.</summary>
    public CellSize? CellSize { get; init; }

    /// <summary>Where results count; null for everywhere.</summary>
    public GeoExtent? Extent { get; init; }

    /// <summary>What the extent's coordinates are in; null for the raster's own.</summary>
    public SpatialReference? ExtentReference { get; init; }

    /// <summary>The system that the run works and writes in; null for the raster's own.</summary>
    public SpatialReference? OutReference { get; init; }

    /// <summary>The path of a raster on whose grid lines the cells lie; null for the raster's own corner.</summary>
    public string? SnapRaster { get; init; }

    /// <summary>Share of the cores.</summary>
    public ParallelFactor Parallel { get; init; } = ParallelFactor.Default;

    /// <summary>CPU or GPU; null for the best there is.</summary>
    public string? ProcessorType { get; init; }

    /// <summary>Reads a user's table.</summary>
    /// <exception cref="LearnArgumentException">
    /// Context: an unknown name (the message lists the known ones) or a value that makes no sense.
    /// </exception>
    public static InferenceContext Parse(IDictionary? context)
    {
        ArgumentTable table = new(Parameter, context, Names);
        (GeoExtent? extent, SpatialReference? reference) = ((GeoExtent?)null, (SpatialReference?)null);
        if (table.Value("extent") is object value)
        {
            (extent, reference) = ExtentArgument.Parse(table, value);
        }

        return new InferenceContext
        {
            CellSize = ParseCellSize(table),
            Extent = extent,
            ExtentReference = reference,
            OutReference = table.Value("outSR") is object outSR ? SpatialReferenceArgument.Parse(table, "outSR", outSR) : null,
            SnapRaster = ParsePath(table, "snapRaster"),
            Parallel = table.Value("parallelProcessingFactor") is object factor
                ? ParallelFactor.Parse(factor)
                    ?? throw table.Fault("parallelProcessingFactor", factor, "a share of the cores such as '80%', or a count of 0 to 1024")
                : ParallelFactor.Default,
            ProcessorType = ParseProcessor(table),
        };
    }

    /// <summary>
    /// The extent in the coordinates of a run. Where it was given in others it is the rectangle around it there; its borders, which bend, are followed.
    /// </summary>
    /// <param name="raster">The raster's system, in which an extent that names none is given.</param>
    /// <param name="run">The run's, which is another where there is an outSR.</param>
    /// <exception cref="LearnArgumentException">Context: the extent names a system and the raster has none.</exception>
    /// <exception cref="LearnDataException">UnknownCrs, DatumShift: there is no way from one system to the other.</exception>
    public GeoExtent? ExtentIn(SpatialReference? raster, SpatialReference? run)
    {
        if (Extent is not GeoExtent extent || (ExtentReference ?? raster) is not SpatialReference from)
        {
            return Extent;
        }

        if (run is null)
        {
            throw new LearnArgumentException(
                Parameter, $"The extent is given in {from}, and the raster has no coordinate reference system. Give it in the raster's coordinates, without spatialReference.");
        }

        // One without area has no cells to follow; it is refused where it is used.
        return extent.Width == 0 || extent.Height == 0
            ? extent
            : new RasterGrid(new GeoTransform(extent.XMin, extent.YMax, extent.Width, -extent.Height), 1, 1, from).ExtentIn(run);
    }

    private static CellSize? ParseCellSize(ArgumentTable table)
    {
        const string Name = "cellSize";
        object? value = table.Value(Name);
        (object? x, object? y) = value switch
        {
            IDictionary pair => (ArgumentTable.Member(pair, "x"), ArgumentTable.Member(pair, "y")),
            IList { Count: 2 } pair => (pair[0], pair[1]),
            _ => (value, value),
        };
        return value is null ? null
            : ArgumentTable.TryNumber(x, out double width) && ArgumentTable.TryNumber(y, out double height) && width > 0 && height > 0
                ? new CellSize(width, height)
                : throw table.Fault(Name, value is IList list ? string.Join(", ", list.Cast<object?>()) : value, "a number above 0, or two as x, y or @{ x = …; y = … }");
    }

    private static string? ParsePath(ArgumentTable table, string name)
    {
        string? path = table.Value(name) switch { null => null, FileSystemInfo file => file.FullName, LearnRasterInfo raster => raster.Path, object other => ArgumentTable.Text(other) };
        return path is "" ? throw table.Fault(name, path, "the path of a raster") : path;
    }

    private static string? ParseProcessor(ArgumentTable table)
    {
        const string Name = "processorType";
        if (table.Value(Name) is not object value)
        {
            return null;
        }

        string text = ArgumentTable.Text(value).ToUpperInvariant();
        return text is "CPU" or "GPU" ? text : throw table.Fault(Name, value, "CPU or GPU");
    }
}
