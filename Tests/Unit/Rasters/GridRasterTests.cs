using System.Globalization;
using System.Runtime.InteropServices;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class GridRasterTests
{
    // gdalwarp onto the grid asked for, then its samples as doubles.
    private const string Warp =
        """
        import sys
        from osgeo import gdal
        gdal.UseExceptions()
        source, target, crs, method = sys.argv[1:5]
        left, bottom, right, top = map(float, sys.argv[5].split())
        width, height = map(int, sys.argv[6].split())
        if gdal.Open(source).GetGeoTransform(can_return_null=True) is None:
            source = gdal.Translate("", source, format="VRT")
            source.SetGeoTransform([0, 1, 0, 0, 0, -1])
        ds = gdal.Warp("", source, format="MEM", dstSRS=crs or None, outputBounds=[left, bottom, right, top], width=width, height=height,
                       resampleAlg=method, errorThreshold=0, overviewLevel="AUTO")
        ds.ReadAsArray().astype("float64").tofile(target)
        """;

    [GdalTheory]
    [InlineData("u8_none_strips.tif", "Nearest", 0.7)]
    [InlineData("u8_none_strips.tif", "Nearest", 0.2)]
    [InlineData("u8_none_strips.tif", "Bilinear", 0.5)]
    [InlineData("u8_none_strips.tif", "Bilinear", 0.21)]
    [InlineData("u8_none_strips.tif", "Bilinear", 1.3)]
    [InlineData("u8_none_strips.tif", "Cubic", 0.3)]
    [InlineData("u8_none_strips.tif", "Cubic", 1.7)]
    [InlineData("u8_none_strips.tif", "Average", 1.25)]
    [InlineData("u8_none_strips.tif", "Average", 2)]
    [InlineData("s16_tiles.tif", "Bilinear", 0.8)]
    [InlineData("f32_tiles.tif", "Cubic", 0.8)]
    [InlineData("f32_tiles.tif", "Average", 2.2)]
    [InlineData("u16_deflate_predictor_tiles.tif", "Bilinear", 0.9)]
    [InlineData("extra_nan.tif", "Nearest", 0.6)]
    public void Cells_of_another_size_and_extent_have_the_values_of_gdalwarp(string name, string method, double cell)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        GeoExtent whole = RasterGrid.Of(raster).Extent;
        double unit = whole.Width / 75;
        GeoExtent extent = new(whole.XMin + (3.13 * unit), whole.YMin + (2.7 * unit), whole.XMax - (4.3 * unit), whole.YMax - unit);
        Compare(raster, RasterGrid.Cover(extent, cell * unit * 2, raster.SpatialReference), Enum.Parse<Resampling>(method), tolerance: raster.SampleType.IsFloatingPoint() ? 1e-4 : 1);
    }

    [GdalTheory]
    [InlineData(1)]
    [InlineData(1.5)]
    public void The_majority_is_that_of_gdalwarp_where_cells_hold_whole_pixels(double cell)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("u8_four_bits.tif"));
        GeoExtent whole = RasterGrid.Of(raster).Extent;
        GeoExtent extent = new(whole.XMin, whole.YMax - 24, whole.XMin + 36, whole.YMax);
        Compare(raster, RasterGrid.Cover(extent, cell, raster.SpatialReference), Resampling.Majority, tolerance: 0);
    }

    [GdalTheory]
    [InlineData("u8_none_strips.tif", 4326, "Nearest")]
    [InlineData("u8_none_strips.tif", 3857, "Bilinear")]
    [InlineData("u8_none_strips.tif", 32617, "Cubic")]
    [InlineData("u8_lzw_strips.tif", 3857, "Nearest")]
    [InlineData("u16_deflate_predictor_tiles.tif", 4326, "Bilinear")]
    public void Cells_in_another_reference_system_have_the_values_of_gdalwarp(string name, int epsg, string method)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        SpatialReference reference = CoordinateSystems.FromEpsg(epsg);
        GeoExtent extent = RasterGrid.Of(raster).ExtentIn(reference);
        Compare(raster, RasterGrid.Cover(extent, Math.Max(extent.Width, extent.Height) / 61, reference), Enum.Parse<Resampling>(method), tolerance: raster.SampleType == SampleType.UInt8 ? 1 : 8);
    }

    [GdalTheory]
    [InlineData(1.0, "Bilinear", 38)]
    [InlineData(2.6, "Average", 19)]
    [InlineData(2.6, "Nearest", 19)]
    [InlineData(0.9, "Average", 75)]
    public void Coarse_cells_are_read_from_the_overview_that_is_just_finer(double cell, string method, int overviewWidth)
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        Gdal.Run(
            """
            import sys
            from osgeo import gdal
            gdal.Translate(sys.argv[2], sys.argv[1])
            ds = gdal.Open(sys.argv[2], gdal.GA_Update)
            ds.BuildOverviews("AVERAGE", [2, 4])
            """,
            RasterFixture.PathOf("u8_none_strips.tif"), path);
        using IRaster raster = RasterFile.Open(path);
        RasterGrid grid = RasterGrid.Cover(RasterGrid.Of(raster).Extent, cell, raster.SpatialReference);
        using GridRaster view = new(raster, grid, Enum.Parse<Resampling>(method));

        Assert.Equal(overviewWidth, view.Source.Width);
        Compare(raster, grid, Enum.Parse<Resampling>(method), tolerance: 1);
    }

    /// <summary>The same comparison where no GDAL is: with what warp.py wrote down of gdalwarp.</summary>
    [Theory]
    [MemberData(nameof(Warps))]
    public void Views_have_the_values_that_gdalwarp_was_seen_to_give(string name, string method, string row)
    {
        string[] cells = row.Split(',');
        double[] place = [.. cells[3..6].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        double[] expected = [.. cells[8].Split(' ').Select(value => RasterXml.TryNumber(value)!.Value)];
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        SpatialReference? reference = cells[2].Length > 0 ? CoordinateSystems.FromEpsg(int.Parse(cells[2], CultureInfo.InvariantCulture)) : raster.SpatialReference;
        RasterGrid grid = new(new GeoTransform(place[0], place[1], place[2], -place[2]), int.Parse(cells[6], CultureInfo.InvariantCulture), int.Parse(cells[7], CultureInfo.InvariantCulture), reference);
        Resampling resampling = method switch { "near" => Resampling.Nearest, "mode" => Resampling.Majority, _ => Enum.Parse<Resampling>(method, ignoreCase: true) };
        using GridRaster view = new(raster, grid, resampling);
        double[] actual = new double[expected.Length];
        view.Read(new PixelWindow(0, 0, grid.Width, grid.Height), [0], actual, raster.NoData ?? 0);

        // Rounding to whole numbers may go either way; a centre on a border may lie on either side, which these grids avoid.
        double tolerance = resampling is Resampling.Nearest or Resampling.Majority ? 0 : raster.SampleType.IsFloatingPoint() ? 1e-4 : 1;
        Assert.All(expected.Zip(actual), pair => Assert.True(pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= tolerance, $"{pair.Second} where gdalwarp has {pair.First}"));
        int rounded = expected.Zip(actual).Count(pair => Math.Abs(pair.First - pair.Second) > 0.5);
        Assert.True(rounded <= expected.Length / 20, $"{rounded} of {expected.Length} cells are rounded the other way");
    }

    public static TheoryData<string, string, string> Warps
    {
        get
        {
            TheoryData<string, string, string> warps = [];
            foreach (string line in File.ReadLines(RasterFixture.PathOf("warps.csv")).Skip(1))
            {
                string[] cells = line.Split(',', 3);
                warps.Add(cells[0], cells[1], line);
            }

            return warps;
        }
    }

    [Fact]
    public void Masked_and_nodata_pixels_do_not_count()
    {
        MemoryFileSystem files = new();
        byte[] samples = [10, 20, 9, 40, 50, 60, 70, 80, 9, 9, 11, 12, 9, 9, 13, 14];
        ImageWriter.Write(files, "a.tif", ChipFormat.TIFF, new RasterImage(4, 4, 1, SampleType.UInt8, samples), new GeoTransform(0, 4, 1, -1), null, 9);
        using IRaster raster = RasterFile.Open("a.tif", files);
        using GridRaster half = new(raster, RasterGrid.Cover(new GeoExtent(0, 0, 4, 4), 2, null), Resampling.Average);
        double[] actual = new double[4];
        byte[] mask = new byte[4];
        half.Read<double>(new PixelWindow(0, 0, 2, 2), [0], actual, 9);
        half.ReadMask(new PixelWindow(0, 0, 2, 2), mask);

        Assert.Equal([35, 63, 9, 13], actual); // (10+20+50+60)/4; (40+70+80)/3 = 63.3; nothing; 12.5

        // Nodata is not looked at: it is each band's own.
        Assert.Equal([255, 255, 255, 255], mask);
    }

    [Theory]
    [InlineData(10.2, 7.1, 1.0, 0, 0, 10, 11, 3, 4)]
    [InlineData(10.2, 7.1, 2.0, 1, 1, 9, 11, 2, 2)]
    [InlineData(10, 7, 1.0, 0, 0, 10, 10, 2, 3)]
    public void A_snap_raster_puts_the_corner_on_its_cells(double left, double bottom, double cell, double snapX, double snapY, double originX, double originY, int columns, int rows)
    {
        RasterGrid grid = RasterGrid.Cover(new GeoExtent(left, bottom, left + 2, bottom + 3), cell, null, new GeoTransform(snapX, snapY, cell, -cell));

        Assert.Equal((originX, originY, columns, rows), (grid.Transform.OriginX, grid.Transform.OriginY, grid.Width, grid.Height));
    }

    [Fact]
    public void A_window_of_the_view_is_a_part_of_the_whole_view_and_beyond_it_is_filled()
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("u8_none_strips.tif"));
        RasterGrid grid = RasterGrid.Cover(RasterGrid.Of(raster).Extent, 0.13, raster.SpatialReference);
        using GridRaster view = new(raster, grid, Resampling.Cubic);
        byte[] whole = new byte[view.Width * view.Height * 3];
        view.Read<byte>(new PixelWindow(0, 0, view.Width, view.Height), [0, 1, 2], whole, 77);
        PixelWindow window = new(view.Width - 20, 30, 40, 25);
        byte[] part = new byte[window.Area * 3];
        view.Read<byte>(window, [0, 1, 2], part, 77);

        for (int i = 0; i < part.Length; i++)
        {
            int column = window.Column + (i % 40);
            int row = window.Row + (i / 40 % 25);
            int band = i / (40 * 25);
            Assert.Equal(column < view.Width ? whole[(((band * view.Height) + row) * view.Width) + column] : 77, part[i]);
        }
    }

    private static void Compare(IRaster raster, RasterGrid grid, Resampling method, double tolerance)
    {
        // A cell that reaches beyond the raster counts pixels twice in gdalwarp's average; the last row and column may.
        grid = grid with { Width = grid.Width - 1, Height = grid.Height - 1 };
        using TemporaryFolder folder = new();
        string target = folder.PathOf("expected.raw");
        GeoExtent extent = grid.Extent;
        string crs = grid.SpatialReference?.Epsg is int code ? $"EPSG:{code}" : "";
        string name = method switch { Resampling.Nearest => "near", Resampling.Majority => "mode", _ => method.ToString().ToLowerInvariant() };
        Gdal.Run(
            Warp, raster.Path, target, crs, name,
            string.Create(CultureInfo.InvariantCulture, $"{extent.XMin:R} {extent.YMin:R} {extent.XMax:R} {extent.YMax:R}"), $"{grid.Width} {grid.Height}");
        double[] expected = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(target)).ToArray();
        using GridRaster view = new(raster, grid, method);
        double[] actual = new double[expected.Length];
        view.Read(new PixelWindow(0, 0, grid.Width, grid.Height), [.. Enumerable.Range(0, raster.Bands)], actual, raster.NoData ?? 0);

        int different = 0;
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = expected[i].Equals(actual[i]) ? 0 : Math.Abs(expected[i] - actual[i]);
            worst = double.IsNaN(difference) ? double.NaN : Math.Max(worst, difference);
            different += difference <= (method is Resampling.Nearest or Resampling.Majority ? 0 : tolerance) ? 0 : 1;
        }

        // The two programs may place a centre that falls on a border, or share a tie, on either side of it.
        Assert.True(different <= expected.Length / 200, $"{different} of {expected.Length} cells differ, by {worst} at most");
    }
}
