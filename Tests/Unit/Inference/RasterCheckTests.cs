using System.Globalization;
using System.Text.RegularExpressions;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;

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
