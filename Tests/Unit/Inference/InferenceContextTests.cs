using System.Collections;
using ArcLearn.Core.Inference;

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
        Assert.Null(context.ExtentWkid);
    }

    [Fact]
    public void The_extent_of_arcgis_names_its_coordinate_system_and_another_than_the_raster_s_is_refused()
    {
        Hashtable reference = new() { ["wkid"] = 102100, ["latestWkid"] = 3857 };
        Hashtable extent = new() { ["xmin"] = 1, ["ymin"] = 2, ["xmax"] = 3, ["ymax"] = 4, ["spatialReference"] = reference };
        InferenceContext context = InferenceContext.Parse(new Hashtable { ["extent"] = extent });
        using MemoryRaster raster = new(10, 10);

        Assert.Equal(3857, context.ExtentWkid);
        Assert.Contains("EPSG:32618", Assert.Throws<LearnArgumentException>(() => context.CheckAgainst(raster)).Message, StringComparison.Ordinal);
    }

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
    [InlineData("outSR", 4326)]
    public void Values_and_names_that_make_no_sense_are_refused(string name, object value)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => InferenceContext.Parse(new Hashtable { [name] = value }));

        Assert.Equal("Context", error.Parameter);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_raster_s_own_cell_size_is_taken()
    {
        using MemoryRaster raster = new(10, 10) { Transform = new GeoTransform(0, 0, 0.3, -0.4, -0.3, -0.4) };
        InferenceContext own = InferenceContext.Parse(new Hashtable { ["cellSize"] = 0.5 });
        InferenceContext other = InferenceContext.Parse(new Hashtable { ["cellSize"] = new Hashtable { ["x"] = 1, ["y"] = 1 } });

        Assert.Null(Record.Exception(() => own.CheckAgainst(raster)));
        Assert.Contains("cellSize is 1", Assert.Throws<LearnArgumentException>(() => other.CheckAgainst(raster)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", "CPU")]
    [InlineData("GPU", "GPU")]
    public void The_processor_is_read_in_any_case(string text, string expected) =>
        Assert.Equal(expected, InferenceContext.Parse(new Hashtable { ["processortype"] = text }).ProcessorType);
}
