using System.Collections;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>Where and on what a run takes place: arcgis' context.</summary>
internal sealed record InferenceContext
{
    /// <summary>All names, as <see cref="Parse"/> knows them.</summary>
    public static readonly IReadOnlyList<string> Names = ["cellSize", "extent", "parallelProcessingFactor", "processorType"];

    private const string Parameter = "Context";

    /// <summary>The cell size asked for, in map units; null for the raster's own.</summary>
    public double? CellSize { get; init; }

    /// <summary>Where results count; null for everywhere.</summary>
    public GeoExtent? Extent { get; init; }

    /// <summary>EPSG or Esri code of the extent's coordinates; null for the raster's own.</summary>
    public int? ExtentWkid { get; init; }

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
        (GeoExtent? extent, int? wkid) = ((GeoExtent?)null, (int?)null);
        if (table.Value("extent") is object value)
        {
            (extent, wkid) = ExtentArgument.Parse(table, value);
        }

        return new InferenceContext
        {
            CellSize = ParseCellSize(table),
            Extent = extent,
            ExtentWkid = wkid,
            Parallel = table.Value("parallelProcessingFactor") is object factor
                ? ParallelFactor.Parse(factor)
                    ?? throw table.Fault("parallelProcessingFactor", factor, "a share of the cores such as '80%', or a count of 0 to 1024")
                : ParallelFactor.Default,
            ProcessorType = ParseProcessor(table),
        };
    }

    /// <summary>Checks what only the raster can tell.</summary>
    /// <exception cref="LearnArgumentException">Context: another cell size than the raster's, or an extent in other coordinates.</exception>
    public void CheckAgainst(IRaster raster)
    {
        double width = Math.Sqrt(Square(raster.Transform.PixelWidth) + Square(raster.Transform.ColumnRotation));
        double height = Math.Sqrt(Square(raster.Transform.PixelHeight) + Square(raster.Transform.RowRotation));
        if (CellSize is double size && (Math.Abs(size - width) > 1e-6 * width || Math.Abs(size - height) > 1e-6 * height))
        {
            throw new LearnArgumentException(
                Parameter,
                FormattableString.Invariant($"cellSize is {size}, but {raster.Path} has pixels of {width} by {height} map units. ")
                + "Only a raster's own cell size can be used: resample the raster first, or leave cellSize out.");
        }

        if (ExtentWkid is int wkid && raster.SpatialReference?.Epsg is int epsg && wkid != epsg)
        {
            throw new LearnArgumentException(
                Parameter,
                $"The extent is given in the coordinate system {wkid}, but {raster.Path} is in EPSG:{epsg}. Give it in the raster's coordinates.");
        }
    }

    private static double? ParseCellSize(ArgumentTable table)
    {
        const string Name = "cellSize";
        if (table.Value(Name) is not IDictionary pair)
        {
            return table.Number(Name, double.Epsilon, double.MaxValue);
        }

        return pair.Count == 2 && ArgumentTable.TryNumber(pair["x"], out double x) && ArgumentTable.TryNumber(pair["y"], out double y)
            && x == y && x > 0
            ? x
            : throw table.Fault(Name, pair, "a number, or x and y of equal size");
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

    private static double Square(double value) => value * value;
}
