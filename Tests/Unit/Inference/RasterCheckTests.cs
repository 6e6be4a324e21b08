using System.Globalization;
using System.Text.RegularExpressions;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Tests.Unit.Inference;

public sealed partial class RasterCheckTests
{
    private const double Degree = 111131.8;                        // metres along a meridian at 45 degrees
    private const double Parallel = 78846.8;
    private readonly List<string> _warnings = [];

    [Fact]
    public void Degrees_and_metres_of_the_same_ground_are_alike()
    {
        RasterCheck.Run(Raster(4326, 10, 45, 0.5 / Parallel, 0.5 / Degree), Model(), _warnings.Add);
        RasterCheck.Run(Raster(3857, 0, 5621521.486192066, 0.5 / Math.Cos(Math.PI / 4), 0.5 / Math.Cos(Math.PI / 4)), Model(), _warnings.Add);

        Assert.Empty(_warnings);
    }

    [Fact]
    public void Equal_numbers_in_other_units_are_no_match() =>
        Assert.Contains("70.71 by 70.71 m", Refused(Raster(3857, 0, 5621521.486192066, 100, 100), Model(mapUnits: 100, metres: 100)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_line_that_resamples_degrees_gives_degrees_and_leads_to_the_models_ground()
    {
        MemoryRaster raster = Raster(4326, 10, 45, 1e-6, 1e-6);
        string message = Refused(raster, Model()).Message;
        Match line = ResampleLine().Match(message);
        Assert.True(line.Success, message);

        (double x, double y) = (Number(line, 1), Number(line, 2));
        RasterCheck.Run(Raster(4326, 10, 45, x, y), Model(), _warnings.Add);
        Assert.Equal(0.5 / Parallel, x, 1e-10);
        Assert.Equal("average", line.Groups[3].Value);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Pixels_that_are_right_one_way_only_are_refused() => Refused(Raster(32618, 500_000, 4_500_000, 0.5, 0.7), Model());

    [Fact]
    public void Bands_come_before_sample_type_and_both_before_cell_size()
    {
        using MemoryRaster grey = new(20, 20) { SampleType = SampleType.UInt16, Transform = new(0, 0, 9, -9) };
        using MemoryRaster deep = new(20, 20, bands: 3) { SampleType = SampleType.UInt16, Transform = new(0, 0, 9, -9) };
        using MemoryRaster coarse = new(20, 20, bands: 3) { Transform = new(0, 0, 9, -9) };

        Assert.Equal(
            ["BandMismatch", "SampleTypeMismatch", "CellSizeMismatch"],
            new[] { grey, deep, coarse }.Select(raster => Assert.Throws<LearnDataException>(() => RasterCheck.Run(raster, Model(), null)).Id));
    }

    [Fact]
    public void Without_units_on_both_sides_numbers_are_compared_within_one_system()
    {
        SsdDefinition local = Model() with { Ground = new PixelGround(null, 5514) };
        RasterCheck.Run(Raster(5514, 0, 0, 0.5, 0.5), local, _warnings.Add);
        Assert.Empty(_warnings);
        Refused(Raster(5514, 0, 0, 1.5, 1.5), local);
    }

    [Fact]
    public void What_cannot_be_compared_is_told_and_goes_on()
    {
        RasterCheck.Run(Raster(5514, 0, 0, 1.5, 1.5), Model(), _warnings.Add);

        Assert.Contains("cannot be told", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mismatch_that_is_allowed_is_told_and_the_other_is_not()
    {
        using MemoryRaster raster = new(20, 20, bands: 3) { SampleType = SampleType.UInt16, Transform = new(0, 0, 9, -9) };

        RasterCheck.Run(raster, Model(), _warnings.Add, allowed: [ModelMismatch.CellSize, ModelMismatch.SampleType]);

        Assert.Equal(2, _warnings.Count);
        Assert.Contains("UInt16 samples", _warnings[0], StringComparison.Ordinal);
        Assert.Contains("9 by 9 m", _warnings[1], StringComparison.Ordinal);
        Assert.Equal("CellSizeMismatch", Assert.Throws<LearnDataException>(() => RasterCheck.Run(raster, Model(), null, allowed: [ModelMismatch.SampleType])).Id);
    }

    [Fact]
    public void Bands_are_chosen_as_many_as_the_model_reads_and_among_those_that_there_are()
    {
        using MemoryRaster raster = new(20, 20, bands: 4) { Transform = new(0, 0, 0.5, -0.5) };

        RasterCheck.Run(raster, Model(), _warnings.Add, bands: [3, 1, 0]);
        Assert.Empty(_warnings);
        foreach (int[] bands in new int[][] { [0, 1], [0, 1, 4], [-1, 1, 2] })
        {
            LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => RasterCheck.Run(raster, Model(), null, bands));
            Assert.Equal("Band", error.Parameter);
            Assert.Contains("those from 1 to 4", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Cells_that_were_asked_for_are_judged_and_not_the_raster_s()
    {
        MemoryRaster raster = Raster(32618, 500_000, 4_500_000, 0.1, 0.1);
        Assert.Contains("-Context @{ cellSize = 0.5 }", Refused(raster, Model()).Message, StringComparison.Ordinal);
        RasterCheck.Run(RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(0.5, 0.5) }), Model(), _warnings.Add);
        Assert.Empty(_warnings);

        LearnDataException error = Assert.Throws<LearnDataException>(() => RasterCheck.Run(RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(1, 1) }), Model(), null));
        Assert.StartsWith("The cells asked for over memory.tif measure 1 by 1 m", error.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"gdalwarp -tr (\S+) (\S+) -r (\w+) ""memory\.tif""")]
    private static partial Regex ResampleLine();

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static LearnDataException Refused(MemoryRaster raster, SsdDefinition model)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => RasterCheck.Run(raster, model, null));
        Assert.Equal("CellSizeMismatch", error.Id);
        return error;
    }

    private static MemoryRaster Raster(int epsg, double x, double y, double width, double height) => new(20, 20, bands: 3)
    {
        Transform = new(x - (10 * width), y + (10 * height), width, -height),
        SpatialReference = CoordinateSystems.FromEpsg(epsg),
    };

    private static SsdDefinition Model(double mapUnits = 0.5, double metres = 0.5) => new(
        "model",
        new SsdOptions { Backbone = "resnet18", Bands = 3, ChipSize = 64, Classes = 1, Grids = [2], Zooms = [1], Ratios = [new(1, 1)] },
        [new(1, "a", [1, 2, 3])],
        new Normalization(1 / 255f, [0, 0, 0], [1, 1, 1], SampleType.UInt8),
        mapUnits,
        new PixelGround(new GroundSize(metres, metres), 32618));
}
