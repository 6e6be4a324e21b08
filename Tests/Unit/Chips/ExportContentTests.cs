using ArcLearn.Core.Chips;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Tests.Unit.Chips;

public sealed class ExportContentTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_chip_holds_the_samples_of_its_window_and_nodata_beyond_the_raster()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(40, 40, 2, (band, row, column) => (band * 100) + row + column) { NoData = 250 } };
        fixture.Export(fixture.Options(fixture.Box(34, 34, 39, 39)));

        byte[] samples = fixture.Pixels("000000000.tif");
        for (int i = 0; i < 1024; i++)
        {
            (int row, int column) = ((i / 32) + 32, (i % 32) + 32);
            bool isInside = row < 40 && column < 40;
            Assert.Equal(isInside ? row + column : 250, samples[i]);
            Assert.Equal(isInside ? 100 + row + column : 250, samples[1024 + i]);
        }

        using IRaster chip = RasterFile.Open(Path.Combine(fixture.Output, "images", "000000000.tif"));
        Assert.Equal(250, chip.NoData);
        Assert.Equal((500_016, 3_999_984), chip.Transform.ToMap(0, 0));
        Assert.Equal(32632, chip.SpatialReference?.Epsg);
    }

    [Fact]
    public void Sixteen_bit_samples_stay_as_they_are()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(32, 32, 5, (band, row, column) => (band * 9000) + (row * 32) + column) { SampleType = SampleType.UInt16 } };
        fixture.Export(fixture.Options(fixture.Box(3, 3, 9, 9)));

        using IRaster chip = RasterFile.Open(Path.Combine(fixture.Output, "images", "000000000.tif"));
        ushort[] samples = new ushort[1024];
        chip.Read<ushort>(new PixelWindow(0, 0, 32, 32), [4], samples, 0);
        Assert.Equal((SampleType.UInt16, 5), (chip.SampleType, chip.Bands));
        Assert.Equal(Enumerable.Range(36_000, 1024), samples.Select(s => (int)s));
    }

    [Fact]
    public void The_box_is_that_of_the_part_of_the_polygon_within_the_chip()
    {
        // A triangle (16,8) (48,8) (48,40): left of column 32 only rows 8 to 24 are left of it.
        _fixture.Export(_fixture.Options(_fixture.Shape(1, 1, (16, 8), (48, 8), (48, 40))));

        string left = _fixture.Text("labels", "000000000.xml");
        Assert.Contains("<xmin>16.00</xmin>\n            <ymin>8.00</ymin>\n            <xmax>32.00</xmax>\n            <ymax>24.00</ymax>", left, StringComparison.Ordinal);
    }

    [Fact]
    public void A_polygon_that_wraps_around_a_chips_corner_does_not_reach_into_it()
    {
        // An L around the chip (32..64, 32..64): its bounds cover the chip, its arms do not touch it.
        LabelObject angle = _fixture.Shape(1, 1, (20, 20), (70, 20), (70, 28), (28, 28), (28, 70), (20, 70));
        TrainingDataInfo info = _fixture.Export(_fixture.Options(angle));

        Assert.DoesNotContain(Enumerable.Range(0, info.Images), i =>
            _fixture.Text("images", $"{i:D9}.tfw").EndsWith("500016.2500000000\n3999983.7500000000\n", StringComparison.Ordinal));
        Assert.Equal(5, info.Images);
    }

    [Fact]
    public void Objects_on_a_rotated_raster_land_on_their_pixels()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(64, 64, 1, (_, row, column) => row + column) { Transform = new GeoTransform(1000, 2000, 0.3, -0.3, 0.4, 0.4) } };
        fixture.Export(fixture.Options(fixture.Box(40, 8, 50, 16)));

        string label = fixture.Text("labels", "000000000.xml");
        Assert.Contains("<xmin>8.00</xmin>\n            <ymin>8.00</ymin>\n            <xmax>18.00</xmax>\n            <ymax>16.00</ymax>", label, StringComparison.Ordinal);
        Assert.StartsWith("0.3000000000\n0.4000000000\n0.4000000000\n-0.3000000000\n", fixture.Text("images", "000000000.tfw"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, 2)]
    [InlineData(0.25, 2)]                       // exactly a quarter lies in the second chip
    [InlineData(0.26, 1)]
    public void An_object_is_left_out_where_less_than_the_asked_share_of_it_lies(double ratio, int features)
    {
        TrainingDataInfo info = _fixture.Export(_fixture.Options(_fixture.Box(26, 4, 34, 12)) with { MinPolygonOverlapRatio = ratio });

        Assert.Equal(features, info.Features);
        Assert.Equal(2 - features, info.Skipped.GetValueOrDefault("parts below MinPolygonOverlapRatio"));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(32.004)]                        // the label file would make 0.00 of it
    public void An_object_that_only_touches_a_chip_is_not_in_it(double right)
    {
        TrainingDataInfo info = _fixture.Export(_fixture.Options(_fixture.Box(16, 4, right, 12)));

        Assert.Equal((1, 1), (info.Images, info.Features));
    }

    [Fact]
    public void Tiles_without_objects_are_written_only_when_asked_for()
    {
        LabelObject only = _fixture.Box(4, 4, 10, 12);
        Assert.Equal(1, _fixture.Export(_fixture.Options(only)).Images);

        TrainingDataInfo all = _fixture.Export(_fixture.Options(only) with { ExportAllTiles = true, Force = true });
        Assert.Equal((12, 1), (all.Images, all.Features));
        Assert.DoesNotContain("<object>", _fixture.Text("labels", "000000011.xml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Tiles_that_hold_only_nodata_are_skipped_and_counted()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(96, 32, 3, (_, _, column) => column < 64 ? 0 : 7) { NoData = 0 } };
        TrainingDataInfo info = fixture.Export(fixture.Options(fixture.Box(70, 4, 80, 12)) with { ExportAllTiles = true });

        Assert.Equal(1, info.Images);
        Assert.Contains(fixture.Warnings, w => w.StartsWith("2 tile(s) hold nothing but nodata", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tile_larger_than_the_raster_gives_one_chip_and_a_warning()
    {
        TrainingDataInfo info = _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12)) with { TileWidth = 128, TileHeight = 128, StrideX = 64, StrideY = 64 });

        Assert.Equal(1, info.Images);
        Assert.Single(_fixture.Warnings, w => w.Contains("larger than memory.tif (100 by 80)", StringComparison.Ordinal));
    }

    [Fact]
    public void Objects_outside_the_raster_are_counted_and_the_others_exported()
    {
        TrainingDataInfo info = _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12), _fixture.Box(400, 4, 410, 12)) with
        {
            SkippedLabels = new Dictionary<string, int> { ["empty geometry"] = 2 },
        });

        Assert.Equal(1, info.Features);
        Assert.Equal(1, info.Skipped["outside the raster"]);
        Assert.Equal(2, info.Skipped["empty geometry"]);
        Assert.Single(_fixture.Warnings, w => w.StartsWith("1 labelled object(s) lie outside", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_several_rasters_only_what_none_of_them_reaches_lies_outside()
    {
        // Three labels under both rasters, as one layer is read for each: one on either, one on neither.
        MemoryRaster second = new(100, 80, 3, (_, _, _) => 77) { Transform = new GeoTransform(500_050, 4_000_000, 0.5, -0.5), Path = "second.tif" };
        LabelObject[] labels =
        [
            _fixture.Box(4, 4, 10, 12) with { Place = new(0, 1) },
            _fixture.Box(104, 4, 110, 12) with { Place = new(0, 2) },
            _fixture.Box(400, 4, 410, 12) with { Place = new(0, 3) },
        ];
        TrainingDataInfo info = _fixture.Export(_fixture.Options(labels) with { Sources = [new(_fixture.Raster, labels), new(second, labels)] });

        Assert.Equal(1, info.Skipped["outside the raster"]);
        Assert.Single(_fixture.Warnings, w => w.StartsWith("1 labelled object(s) lie outside all 2 rasters", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_rasters_go_into_one_folder_and_are_numbered_through()
    {
        MemoryRaster second = new(32, 32, 3, (_, _, _) => 77) { Transform = new GeoTransform(600_000, 4_000_000, 0.5, -0.5), Path = "second.tif" };
        ExportOptions options = _fixture.Options(_fixture.Box(4, 4, 10, 12)) with { StartIndex = 5 };
        LabelObject other = new(NetTopologySuite.Geometries.GeometryFactory.Default.ToGeometry(new NetTopologySuite.Geometries.Envelope(600_001, 600_005, 3_999_990, 3_999_995)), 3, 9);
        TrainingDataInfo info = _fixture.Export(options with { Sources = [.. options.Sources, new ExportSource(second, [other])] });

        Assert.Equal(2, info.Images);
        Assert.Equal(77, _fixture.Pixels("000000006.tif")[0]);
        Assert.Contains("<name>3</name>", _fixture.Text("labels", "000000006.xml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_workers()
    {
        Random random = new(5);
        LabelObject[] objects = [.. Enumerable.Range(0, 60).Select(i =>
        {
            (double x, double y) = (random.NextDouble() * 90, random.NextDouble() * 70);
            return _fixture.Shape(i % 2 == 0 ? 1 : 3, i, (x, y), (x + 9, y + 1), (x + 4, y + 11));
        })];
        ExportOptions options = _fixture.Options(objects) with { StrideX = 8, StrideY = 8, Force = true };
        _fixture.Export(options with { Workers = 1 });
        SortedDictionary<string, string> one = _fixture.Snapshot();
        _fixture.Export(options with { Workers = 7 });

        Assert.True(one.Count > 100);
        Assert.Equal(one, _fixture.Snapshot());
    }
}
