using System.Collections;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>Where chips lie: turned, within masks, in other coordinates.</summary>
public sealed class ExportPlaceTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_quarter_turn_moves_pixels_boxes_and_ground_together()
    {
        TrainingDataInfo info = _fixture.Export(_fixture.Options(_fixture.Box(32, 32, 40, 36)) with { RotationAngle = 90 });

        Assert.Equal((4, 4), (info.Images, info.Features));
        byte[] plain = _fixture.Pixels("000000000.tif");
        byte[] turned = _fixture.Pixels("000000001.tif");
        for (int row = 0; row < 32; row++)
        {
            for (int column = 0; column < 32; column++)
            {
                // The frame turned clockwise: its first row runs down the chip's right side.
                Assert.Equal(plain[(column * 32) + 31 - row], turned[(row * 32) + column]);
            }
        }

        Assert.Contains("<xmin>0.00</xmin>\n            <ymin>24.00</ymin>\n            <xmax>4.00</xmax>\n            <ymax>32.00</ymax>", _fixture.Text("labels", "000000001.xml"), StringComparison.Ordinal);
        using IRaster chip = RasterFile.Open(Path.Combine(_fixture.Output, "images", "000000001.tif"));
        (double x, double y) = chip.Transform.ToMap(0, 32);
        (double atX, double atY) = _fixture.Raster.Transform.ToMap(32, 32);
        Assert.Equal((atX, atY), (Math.Round(x, 6), Math.Round(y, 6)));
    }

    [Fact]
    public void An_odd_angle_gives_as_many_chips_as_come_around_with_masks_that_keep_their_area()
    {
        LabelObject inner = _fixture.Shape(1, 1, (40, 40), (52, 42), (48, 54));
        TrainingDataInfo info = _fixture.Export(_fixture.Options(inner) with { RotationAngle = 45, MetadataFormat = MetadataFormats.ClassifiedTiles });

        Assert.Equal(8, info.Images);
        int[] areas = [.. Enumerable.Range(0, 8).Select(i =>
        {
            using IRaster label = RasterFile.Open(Path.Combine(_fixture.Output, "labels", $"{i:D9}.tif"));
            byte[] values = new byte[1024];
            label.Read<byte>(new PixelWindow(0, 0, 32, 32), [0], values, 0);
            return values.Count(v => v == 1);
        })];
        Assert.All(areas, area => Assert.InRange(area, areas[0] - 8, areas[0] + 8));
    }

    [Fact]
    public void Only_chips_completely_within_the_mask_are_cut()
    {
        // Covers the tiles of columns 0 to 64, rows 0 to 64 exactly, and half of the next.
        Geometry mask = _fixture.Box(0, 0, 80, 64).Geometry;
        ExportOptions options = _fixture.Options() with { ExportAllTiles = true };
        TrainingDataInfo info = _fixture.Export(options with { Sources = [options.Sources[0] with { Mask = mask }] });

        Assert.Equal(4, info.Images);
        Geometry tiny = _fixture.Box(0, 0, 8, 8).Geometry;
        LearnDataException error = Assert.Throws<LearnDataException>(() => _fixture.Export(options with { Force = true, Sources = [options.Sources[0] with { Mask = tiny }] }));
        Assert.Equal("NoChips", error.Id);
        Assert.Contains("12 do not lie within -InputMaskPolygons", error.Message, StringComparison.Ordinal);
        Assert.Equal(8, _fixture.Names("images").Length);
    }

    [Fact]
    public void An_extent_in_another_system_is_brought_to_that_of_the_raster()
    {
        // PROJ: 9° east and 36.1° north are 500,000 and 3,995,040 in UTM 32N, 9.0002° east are 500,018.0027; at 36.2° north 500,017.98.
        MemoryRaster raster = _fixture.Raster;
        ExportSettings settings = ExportSettings.Parse(new Hashtable
        {
            ["extent"] = new Hashtable { ["xmin"] = 9.0, ["ymin"] = 36.1, ["xmax"] = 9.0002, ["ymax"] = 36.2, ["spatialReference"] = new Hashtable { ["wkid"] = 4326 } },
        });
        PixelWindow area = settings.AreaOf(raster)!.Value;

        Assert.Equal((0, 0, 80), (area.Column, area.Row, area.Height));
        Assert.Equal(36, area.Width);       // of half a metre
        Assert.Equal("ExtentOutside", Assert.Throws<LearnDataException>(() => Parse(8, 30).AreaOf(raster)).Id);
        raster = new MemoryRaster(100, 80, 1, (_, _, _) => 1) { Transform = raster.Transform, Path = "plain.tif", SpatialReference = null };
        Assert.Contains("no coordinate reference system", Assert.Throws<LearnArgumentException>(() => settings.AreaOf(raster)).Message, StringComparison.Ordinal);

        static ExportSettings Parse(double x, double y) => ExportSettings.Parse(new Hashtable
        {
            ["extent"] = new Hashtable { ["xmin"] = x, ["ymin"] = y, ["xmax"] = x + 0.01, ["ymax"] = y + 0.01, ["spatialReference"] = new Hashtable { ["wkid"] = 4326 } },
        });
    }

    [Fact]
    public void In_pixel_space_chips_have_pixels_as_coordinates_and_areas()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(40, 40, 50, 50)) with { ReferenceSystem = ReferenceSystem.PixelSpace });

        Assert.Equal("1.0000000000\n0.0000000000\n0.0000000000\n-1.0000000000\n32.5000000000\n-32.5000000000\n", _fixture.Text("images", "000000000.tfw"));
        Assert.Contains("\"ImageSpaceUsed\" : \"PIXEL_SPACE\"", _fixture.Text("esri_model_definition.emd"), StringComparison.Ordinal);
        Assert.Contains("100.00", _fixture.Text("stats.txt"), StringComparison.Ordinal);
        using IRaster chip = RasterFile.Open(Path.Combine(_fixture.Output, "images", "000000000.tif"));
        Assert.Null(chip.SpatialReference);
    }

    [Fact]
    public void Samples_of_any_type_are_kept_and_nodata_is_no_statistic()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(64, 64, 1, (_, row, _) => row == 0 ? -9999 : row) { SampleType = SampleType.Float32, NoData = -9999 } };
        fixture.Export(fixture.Options(fixture.Box(4, 4, 10, 12)));

        using IRaster chip = RasterFile.Open(Path.Combine(fixture.Output, "images", "000000000.tif"));
        Assert.Equal((SampleType.Float32, -9999d), (chip.SampleType, chip.NoData));
        Assert.Contains("\"Min\" : 1,\n      \"Max\" : 31,", fixture.Text("esri_accumulated_stats.json"), StringComparison.Ordinal);
    }
}
