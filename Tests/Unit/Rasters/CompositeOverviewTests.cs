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
