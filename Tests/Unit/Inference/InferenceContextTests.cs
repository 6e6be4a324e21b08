using System.Collections;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Tests.Unit.Inference;

public class InferenceContextTests
{
    public static TheoryData<object> Extents =>
    [
        new GeoExtent(1, 2, 3.5, 4),
        new object[] { 1, "2", 3.5, 4L },
        new[] { 1, 2, 3.5, 4 },
        "1, 2, 3.5, 4",
        "1 2 3.5 4",
        new Hashtable { ["xmin"] = 1, ["YMIN"] = 2, ["xmax"] = 3.5, ["ymax"] = "4" },
    ];

    [Theory]
    [MemberData(nameof(Extents))]
    public void An_extent_is_read_in_every_way_it_is_written(object extent)
    {
        InferenceContext context = InferenceContext.Parse(new Hashtable { ["Extent"] = extent });

        Assert.Equal(new GeoExtent(1, 2, 3.5, 4), context.Extent);
        Assert.Null(context.ExtentReference);
    }

    [Fact]
    public void An_extent_in_another_system_becomes_the_rectangle_around_it_in_the_run_s()
    {
        Hashtable reference = new() { ["wkid"] = 102100, ["latestWkid"] = 3857 };
        Hashtable extent = new() { ["xmin"] = -8_350_000, ["ymin"] = 4_500_000, ["xmax"] = -8_340_000, ["ymax"] = 4_520_000, ["spatialReference"] = reference };
        InferenceContext context = InferenceContext.Parse(new Hashtable { ["extent"] = extent });
        SpatialReference utm = CoordinateSystems.FromEpsg(32618);
        GeoExtent found = context.ExtentIn(utm, utm)!.Value;

        // Every point of its border lies within, and some on each side.
        ICoordinateTransform transform = CoordinateTransforms.Create(CoordinateSystems.FromEpsg(3857), utm);
        (double X, double Y)[] border = [.. Enumerable.Range(0, 2001).SelectMany(i => new[]
        {
            transform.Apply(-8_350_000 + (5 * i), 4_500_000), transform.Apply(-8_350_000 + (5 * i), 4_520_000),
            transform.Apply(-8_350_000, 4_500_000 + (10 * i)), transform.Apply(-8_340_000, 4_500_000 + (10 * i)),
        })];
        Assert.Equal(3857, context.ExtentReference!.Epsg);
        Assert.Equal(found.XMin, border.Min(p => p.X), 0.1);
        Assert.Equal(found.YMin, border.Min(p => p.Y), 0.1);
        Assert.Equal(found.XMax, border.Max(p => p.X), 0.1);
        Assert.Equal(found.YMax, border.Max(p => p.Y), 0.1);
    }

    [Fact]
    public void A_plain_extent_is_in_the_raster_s_coordinates_also_where_the_run_s_are_others()
    {
        InferenceContext context = InferenceContext.Parse(new Hashtable { ["extent"] = "500000, 4000000, 500100, 4000100" });
        SpatialReference utm = CoordinateSystems.FromEpsg(32618);

        Assert.Equal(context.Extent, context.ExtentIn(utm, utm));
        GeoExtent degrees = context.ExtentIn(utm, CoordinateSystems.FromEpsg(4326))!.Value;
        Assert.Equal((-75, 36.145), (Math.Round(degrees.XMin, 6), Math.Round(degrees.YMin, 3)));
    }

    [Fact]
    public void An_extent_that_names_a_system_has_no_place_on_a_raster_without_one()
    {
        Hashtable extent = new() { ["xmin"] = 1, ["ymin"] = 2, ["xmax"] = 3, ["ymax"] = 4, ["spatialReference"] = "EPSG:4326" };
        InferenceContext context = InferenceContext.Parse(new Hashtable { ["extent"] = extent });

        Assert.Contains("EPSG:4326", Assert.Throws<LearnArgumentException>(() => context.ExtentIn(null, null)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<object> References =>
    [
        32618,
        "32618",
        "EPSG:32618",
        "urn:ogc:def:crs:EPSG::32618",
        new Hashtable { ["WKID"] = 32618 },
        new Hashtable { ["wkt"] = CoordinateSystems.FromEpsg(32618).Wkt },
        CoordinateSystems.FromEpsg(32618).Wkt!,
        CoordinateSystems.FromEpsg(32618),
    ];

    [Theory]
    [MemberData(nameof(References))]
    public void A_reference_system_is_read_in_every_way_it_is_written(object reference)
    {
        Hashtable extent = new() { ["xmin"] = 1, ["ymin"] = 2, ["xmax"] = 3, ["ymax"] = 4, ["spatialReference"] = reference };
        InferenceContext context = InferenceContext.Parse(new Hashtable { ["outSR"] = reference, ["extent"] = extent });

        Assert.Equal(32618, context.OutReference!.Epsg);
        Assert.Equal(32618, context.ExtentReference!.Epsg);
    }

    public static TheoryData<object, double, double> CellSizes => new()
    {
        { 0.5, 0.5, 0.5 },
        { "0.5", 0.5, 0.5 },
        { new Hashtable { ["x"] = 0.5, ["Y"] = "0.25" }, 0.5, 0.25 },
        { new object[] { 0.5, 0.25 }, 0.5, 0.25 },
    };

    [Theory]
    [MemberData(nameof(CellSizes))]
    public void A_cell_size_is_a_number_or_two(object value, double x, double y) =>
        Assert.Equal(new CellSize(x, y), InferenceContext.Parse(new Hashtable { ["cellSize"] = value }).CellSize);

    [Theory]
    [InlineData("1, 2, 3")]
    [InlineData("1, 2, 3, four")]
    [InlineData("3, 2, 1, 4")]
    [InlineData(7)]
    [InlineData("")]
    public void What_is_no_extent_is_refused(object extent)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => InferenceContext.Parse(new Hashtable { ["extent"] = extent }));

        Assert.Equal("Context", error.Parameter);
        Assert.Contains("xmin, ymin, xmax, ymax", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 4, 3)]
    [InlineData(null, 2, 2)]
    [InlineData("80%", 10, 8)]
    [InlineData("50%", 1, 1)]
    [InlineData("100%", 16, 16)]
    [InlineData("3", 16, 3)]
    [InlineData(5, 2, 5)]
    [InlineData(0, 2, 1)]
    public void The_parallel_factor_is_a_share_of_the_cores_or_a_count(object? factor, int cores, int workers)
    {
        InferenceContext context = InferenceContext.Parse(factor is null ? null : new Hashtable { ["parallelProcessingFactor"] = factor });

        Assert.Equal(workers, context.Parallel.Workers(cores));
    }

    [Theory]
    [InlineData("parallelProcessingFactor", "most")]
    [InlineData("parallelProcessingFactor", "-5%")]
    [InlineData("parallelProcessingFactor", -1)]
    [InlineData("parallelProcessingFactor", 1.5)]
    [InlineData("processorType", "TPU")]
    [InlineData("cellSize", 0)]
    [InlineData("cellSize", "MAXOF")]
    [InlineData("outSR", -1)]
    [InlineData("outSR", "Lambert")]
    [InlineData("outSR", "PROJCS[")]
    [InlineData("snapRaster", "")]
    public void Values_and_names_that_make_no_sense_are_refused(string name, object value)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => InferenceContext.Parse(new Hashtable { [name] = value }));

        Assert.Equal("Context", error.Parameter);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", "CPU")]
    [InlineData("GPU", "GPU")]
    public void The_processor_is_read_in_any_case(string text, string expected) =>
        Assert.Equal(expected, InferenceContext.Parse(new Hashtable { ["processortype"] = text }).ProcessorType);
}
