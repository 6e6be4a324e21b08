using System.Globalization;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Rasters.Writing;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>
/// Overviews through mosaics and virtual rasters. The files' overviews hold the upper-left pixel of four, so their values tell whether they were read: a mean of
/// the pixels would be another.
/// </summary>
public sealed class CompositeOverviewTests
{
    private const int Side = 64;

    [Fact]
    public void A_mosaic_has_the_overviews_of_its_files_and_coarse_views_are_read_from_them()
    {
        using TemporaryFolder folder = new();
        WriteTiles(folder);
        using IRaster mosaic = RasterFile.Open(folder.Root);
        CheckOverviews(mosaic);
    }

    [Fact]
    public void A_VRT_has_the_overviews_of_its_files_too()
    {
        using TemporaryFolder folder = new();
        WriteTiles(folder);
        string sources = string.Concat(Enumerable.Range(0, 4).Select(i =>
            $"""<SimpleSource><SourceFilename relativeToVRT="1">{i}.tif</SourceFilename><SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="64" ySize="64"/><DstRect xOff="{i % 2 * 64}" yOff="{i / 2 * 64}" xSize="64" ySize="64"/></SimpleSource>"""));
        string path = folder.Write("all.vrt",
            $"""
            <VRTDataset rasterXSize="128" rasterYSize="128"><GeoTransform>0, 1, 0, 128, 0, -1</GeoTransform>
            <VRTRasterBand dataType="Byte" band="1">{sources}</VRTRasterBand></VRTDataset>
            """);
        using IRaster vrt = RasterFile.Open(path);
        CheckOverviews(vrt);
    }

    [Fact]
    public void Where_one_file_has_no_overviews_its_pixels_are_averaged()
    {
        using TemporaryFolder folder = new();
        WriteTiles(folder);
        WriteTile(folder.PathOf("3.tif"), 3, tileSize: 64);
        using IRaster mosaic = RasterFile.Open(folder.Root);
        double[] half = RasterFixture.ReadAll(mosaic.Overviews[0]);

        Assert.Equal(Value(0, 4, 2), half[(2 * 64) + 1]);
        Assert.Equal(Math.Round((Value(3, 4, 2) + Value(3, 4, 3) + Value(3, 5, 2) + Value(3, 5, 3)) / 4.0, MidpointRounding.AwayFromZero), half[(34 * 64) + 33]);
    }

    /// <summary>Stored beside the VRT, inside it as a list of factors, and of a factor that divides neither side.</summary>
    [GdalTheory]
    [InlineData("AVERAGE", "2 4", false)]
    [InlineData("NEAREST", "2 4 8", true)]
    [InlineData("NEAREST", "3", true)]
    [InlineData("AVERAGE", "2 4", true)]
    public void Overviews_of_a_VRT_are_what_GDAL_reads(string method, string factors, bool isVirtual)
    {
        using TemporaryFolder folder = new();
        string[] printed = Gdal.Run(
            """
            import sys, numpy as np
            from osgeo import gdal
            gdal.UseExceptions()
            folder, method, virtual = sys.argv[1], sys.argv[2], sys.argv[4] == "True"
            factors = [int(f) for f in sys.argv[3].split()]
            for i in range(2):
                ds = gdal.GetDriverByName("GTiff").Create(f"{folder}/{i}.tif", 48, 36, 2, gdal.GDT_UInt16)
                ds.SetGeoTransform((48 * i, 1, 0, 36, 0, -1))
                for b in range(2):
                    ds.GetRasterBand(b + 1).WriteArray(np.random.default_rng(i + b).integers(0, 4000, (36, 48)).astype(np.uint16))
                ds = None
            gdal.BuildVRT(f"{folder}/all.vrt", [f"{folder}/0.tif", f"{folder}/1.tif"]).FlushCache()
            ds = gdal.Open(f"{folder}/all.vrt", gdal.GA_Update if virtual else gdal.GA_ReadOnly)
            gdal.SetConfigOption("VRT_VIRTUAL_OVERVIEWS", "YES" if virtual else "NO")
            ds.BuildOverviews(method, factors)
            ds = None
            gdal.SetConfigOption("VRT_VIRTUAL_OVERVIEWS", None)
            ds = gdal.Open(f"{folder}/all.vrt")
            band = ds.GetRasterBand(1)
            for k in range(band.GetOverviewCount()):
                o = [ds.GetRasterBand(b + 1).GetOverview(k) for b in range(2)]
                print(o[0].XSize, o[0].YSize, *np.concatenate([x.ReadAsArray().ravel() for x in o]).tolist())
            """,
            folder.Root, method, factors, isVirtual.ToString()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(!isVirtual, File.Exists(folder.PathOf("all.vrt.ovr")));
        using IRaster vrt = RasterFile.Open(folder.PathOf("all.vrt"));

        Assert.Equal(factors.Split(' ').Length, printed.Length);
        Assert.Equal(printed.Length, vrt.Overviews.Count);
        for (int k = 0; k < printed.Length; k++)
        {
            double[] expected = [.. printed[k].Split(' ').Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
            IRaster overview = vrt.Overviews[k];
            Assert.Equal((expected[0], expected[1]), (overview.Width, overview.Height));
            Assert.Equal((0, 36), overview.Transform.ToMap(0, 0));
            (double right, double bottom) = overview.Transform.ToMap(overview.Width, overview.Height);
            Assert.Equal((96.0, 0.0), (Math.Round(right, 9), Math.Round(bottom, 9)));
            Assert.Equal(expected[2..], RasterFixture.ReadAll(overview));
        }
    }

    [Fact]
    public void A_factor_that_is_none_is_told()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.vrt", """<VRTDataset rasterXSize="8" rasterYSize="8"><OverviewList>2 x</OverviewList><VRTRasterBand dataType="Byte" band="1"/></VRTDataset>""");

        Assert.Contains("has 'x' in its OverviewList", Assert.Throws<LearnFormatException>(() => RasterFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overviews_that_cannot_be_read_are_as_good_as_absent()
    {
        using TemporaryFolder folder = new();
        WriteTile(folder.PathOf("0.tif"), 0, tileSize: 64);
        string path = folder.Write("a.vrt",
            """<VRTDataset rasterXSize="64" rasterYSize="64"><OverviewList>2</OverviewList><VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename relativeToVRT="1">0.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>""");
        folder.Write("a.vrt.ovr", "nothing");
        using IRaster vrt = RasterFile.Open(path);

        Assert.Equal((32, 32), (Assert.Single(vrt.Overviews).Width, vrt.Overviews[0].Height));
    }

    [Fact]
    public void A_lost_file_is_told_when_its_samples_are_read()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("all.vrt",
            """
            <VRTDataset rasterXSize="64" rasterYSize="64"><VRTRasterBand dataType="Byte" band="1">
            <SimpleSource><SourceFilename relativeToVRT="1">gone.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>
            """);
        using IRaster vrt = RasterFile.Open(path);

        Assert.Empty(vrt.Overviews);
        Assert.Contains("gone.tif, which is not there", Assert.Throws<LearnFormatException>(() => RasterFixture.ReadAll(vrt)).Message, StringComparison.Ordinal);
    }

    private static void CheckOverviews(IRaster raster)
    {
        Assert.Equal([(64, 64), (32, 32)], raster.Overviews.Select(overview => (overview.Width, overview.Height)));
        Assert.Equal(new GeoTransform(0, 128, 2, -2), raster.Overviews[0].Transform);
        double[] half = RasterFixture.ReadAll(raster.Overviews[0]);
        double[] quarter = RasterFixture.ReadAll(raster.Overviews[1]);
        for (int i = 0; i < half.Length; i++)
        {
            Assert.Equal(At(2 * (i / 64), 2 * (i % 64)), half[i]);
        }

        for (int i = 0; i < quarter.Length; i++)
        {
            Assert.Equal(At(4 * (i / 32), 4 * (i % 32)), quarter[i]);
        }

        using GridRaster view = new(raster, RasterGrid.Cover(RasterGrid.Of(raster).Extent, 2, null), Resampling.Average);
        Assert.Same(raster.Overviews[0], view.Source);
        Assert.Equal(half, RasterFixture.ReadAll(view));

        static double At(int row, int column) => Value((row / Side * 2) + (column / Side), row % Side, column % Side);
    }

    private static void WriteTiles(TemporaryFolder folder)
    {
        for (int i = 0; i < 4; i++)
        {
            WriteTile(folder.PathOf($"{i}.tif"), i, tileSize: 16);
        }
    }

    private static void WriteTile(string path, int number, int tileSize)
    {
        RasterWriteOptions options = new(Side, Side, [RasterBand.Plain], SampleType.UInt8)
        {
            Transform = new GeoTransform(number % 2 * Side, 128 - (number / 2 * Side), 1, -1),
            TileSize = tileSize,
            IsClassified = true,
        };
        using CogWriter writer = new(LocalFileSystem.Instance, path, options);
        writer.WriteRows(Side, [.. Enumerable.Range(0, Side * Side).Select(i => Value(number, i / Side, i % Side))]);
        writer.Complete();
    }

    private static byte Value(int number, int row, int column) => (byte)((31 * number) + (17 * row) + (40 * column) + (row * column));
}
