using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class CompositeRasterTests
{
    private static readonly string s_rgb = RasterFixture.PathOf("u8_deflate_tiles.tif");

    [Fact]
    public void A_simple_VRT_reads_the_bands_it_names_at_its_places()
    {
        using TemporaryFolder folder = new();
        File.Copy(s_rgb, folder.PathOf("a.tif"));
        string path = folder.Write("a.vrt",
            """
            <VRTDataset rasterXSize="40" rasterYSize="30">
              <SRS>EPSG:32618</SRS>
              <GeoTransform> 500005.0, 0.5, 0.0, 4099990.0, 0.0, -0.5</GeoTransform>
              <VRTRasterBand dataType="Byte" band="1">
                <Description>swir</Description>
                <NoDataValue>7</NoDataValue>
                <SimpleSource>
                  <SourceFilename relativeToVRT="1">a.tif</SourceFilename>
                  <SourceBand>3</SourceBand>
                  <SrcRect xOff="10" yOff="20" xSize="30" ySize="25"/>
                  <DstRect xOff="5" yOff="2" xSize="30" ySize="25"/>
                </SimpleSource>
              </VRTRasterBand>
            </VRTDataset>
            """);
        using IRaster raster = RasterFile.Open(path);
        using IRaster source = RasterFile.Open(s_rgb);
        double[] all = RasterFixture.ReadAll(raster);
        double[] whole = RasterFixture.ReadAll(source);

        Assert.Equal((40, 30, 1, SampleType.UInt8), (raster.Width, raster.Height, raster.Bands, raster.SampleType));
        Assert.Equal((32618, 7d, "swir"), (raster.SpatialReference!.Epsg!.Value, raster.NoData!.Value, raster.BandInfo[0].Name!));
        Assert.Equal(new GeoTransform(500005, 4099990, 0.5, -0.5), raster.Transform);
        for (int i = 0; i < all.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, 40);
            bool isInside = column is >= 5 and < 35 && row is >= 2 and < 27;
            Assert.Equal(isInside ? whole[(((2 * 53) + row + 18) * 75) + column + 5] : 7, all[i]);
        }
    }

    [GdalTheory]
    [InlineData("-resolution highest", "")]
    [InlineData("-tr 0.7 0.7 -r bilinear", "")]
    [InlineData("-separate", "")]
    [InlineData("-srcnodata 7 -vrtnodata 9", "")]
    [InlineData("", "-outsize 50% 50% -r average")]
    [InlineData("", "-scale 0 255 10 1000 -ot UInt16")]
    [InlineData("", "-srcwin 10 5 40 30 -b 2 -b mask")]
    [InlineData("", "-outsize 170 111")]
    public void VRTs_that_GDAL_makes_are_read_as_GDAL_reads_them(string build, string translate)
    {
        using TemporaryFolder folder = new();
        string output = Gdal.Run(
            """
            import sys
            from osgeo import gdal
            gdal.UseExceptions()
            source, folder, build, translate = sys.argv[1:5]
            gdal.Translate(folder + "/a.tif", source, srcWin=[0, 0, 40, 53])
            gdal.Translate(folder + "/b.tif", source, srcWin=[30, 10, 45, 43])
            gdal.BuildVRT(folder + "/ab.vrt", [folder + "/a.tif", folder + "/b.tif"], options=build)
            path = folder + "/ab.vrt"
            if translate:
                path = folder + "/t.vrt"
                gdal.Translate(path, folder + "/ab.vrt", options="-of VRT " + translate)
            ds = gdal.Open(path)
            ds.ReadAsArray().astype("float64").tofile(folder + "/expected.raw")
            print(path)
            """,
            s_rgb, folder.Root, build, translate);
        using IRaster raster = RasterFile.Open(output.Trim());
        byte[] bytes = File.ReadAllBytes(folder.PathOf("expected.raw"));
        double[] expected = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(bytes).ToArray();
        double[] actual = RasterFixture.ReadAll(raster);

        Assert.Equal(expected.Length, actual.Length);
        // GDAL takes whole pixels for its averages, and puts a centre that falls on a border on either side of it.
        bool isComputed = translate.Contains("average", StringComparison.Ordinal) || build.Contains("bilinear", StringComparison.Ordinal);
        double allowed = isComputed ? 0.05 : translate.Contains("outsize", StringComparison.Ordinal) ? 0.01 : 0;
        int different = expected.Zip(actual).Count(pair => Math.Abs(pair.First - pair.Second) > (isComputed ? 1 : 0));
        Assert.True(different <= expected.Length * allowed, $"{different} of {expected.Length} samples differ");
    }

    [Theory]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\" subClass=\"VRTWarpedDataset\"/>", "is a VRTWarpedDataset")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"/>", "has 0 bands")]
    [InlineData("<VRTDataset rasterXSize=\"-9\" rasterYSize=\"9\"/>", "has '-9' as its rasterXSize")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand>", "is not well-formed XML")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand dataType=\"CFloat32\"/></VRTDataset>", "has CFloat32 samples")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand><KernelFilteredSource/></VRTRasterBand></VRTDataset>", "a KernelFilteredSource")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand><SimpleSource/></VRTRasterBand></VRTDataset>", "without SourceFilename")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand><SimpleSource><SourceFilename>gone.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>", "gone.tif, which is not there")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand><SimpleSource><SourceFilename relativeToVRT=\"1\">a.vrt</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>", "without end")]
    [InlineData("<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand><SimpleSource><SourceFilename>/vsicurl/http://x/a.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>", "which is no file")]
    public void A_VRT_that_cannot_be_read_says_why(string text, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.vrt", text);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() =>
        {
            using IRaster raster = RasterFile.Open(path);
            RasterFixture.ReadAll(raster);
        });
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_one_mosaic_with_the_later_file_on_top_but_for_its_nodata()
    {
        using TemporaryFolder folder = new();
        Write(folder.PathOf("a.tif"), 0, 0, 1);
        Write(folder.PathOf("b.tif"), 2, 1, 2, noDataAt: 0);
        folder.Write("readme.txt", "no raster");
        using IRaster raster = RasterFile.Open(folder.Root);

        Assert.Equal((6, 4), (raster.Width, raster.Height));
        Assert.Equal(new GeoTransform(100, 200, 1, -1), raster.Transform);
        Assert.Equal(
            [
                1, 1, 1, 1, 9, 9,
                1, 1, 1, 2, 2, 2,
                1, 1, 2, 2, 2, 2,
                9, 9, 2, 2, 2, 2,
            ],
            RasterFixture.ReadAll(raster));
    }

    [Fact]
    public void Files_that_do_not_fit_together_are_told_apart()
    {
        using TemporaryFolder folder = new();
        Write(folder.PathOf("a.tif"), 0, 0, 1);
        string other = RasterFixture.PathOf("u16_none_strips.tif");
        LearnDataException error = Assert.Throws<LearnDataException>(() => RasterMosaic.Open("m", [folder.PathOf("a.tif"), other]));
        Assert.Equal("MixedRasters", error.Id);
        Assert.Contains("has 2 band(s) of UInt16", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<LearnDataException>(() => RasterMosaic.Stack("m", [folder.PathOf("a.tif"), other]));
        Assert.Contains("75 by 53 pixels", error.Message, StringComparison.Ordinal);
        Assert.Contains("holds no raster", Assert.Throws<LearnFormatException>(() => RasterFile.Open(folder.Folder("empty"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bands_of_several_files_stack_in_the_order_given()
    {
        string[] paths = [RasterFixture.PathOf("u16_none_strips.tif"), RasterFixture.PathOf("u8_none_tiles.tif"), RasterFixture.PathOf("s16_tiles.tif")];
        using TemporaryFolder folder = new();
        using IRaster raster = RasterMosaic.Stack("three", paths[..2]);
        using IRaster first = RasterFile.Open(paths[0]);
        using IRaster second = RasterFile.Open(paths[1]);

        Assert.Equal((3, SampleType.UInt16), (raster.Bands, raster.SampleType));
        Assert.Equal(["u16_none_strips_1", "u16_none_strips_2", "u8_none_tiles"], raster.BandInfo.Select(b => b.Name));
        Assert.Equal([.. RasterFixture.ReadAll(first), .. RasterFixture.ReadAll(second)], RasterFixture.ReadAll(raster));
        Assert.Throws<LearnDataException>(() => RasterMosaic.Stack("three", paths)); // the third has no place
    }

    [Fact]
    public void A_mosaic_of_more_files_than_are_open_at_once_is_read_by_many_threads()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 100; i++)
        {
            Write(folder.PathOf($"{i:D3}.tif"), 4 * (i % 10), 3 * (i / 10), (byte)(10 + i));
        }

        using IRaster raster = RasterFile.Open(folder.Root);
        Assert.Equal((40, 30), (raster.Width, raster.Height));
        Parallel.For(0, 400, i =>
        {
            Random random = new(i);
            PixelWindow window = new(random.Next(30), random.Next(20), 10, 10);
            double[] samples = RasterFixture.ReadAll(raster, window);
            for (int k = 0; k < samples.Length; k++)
            {
                int column = window.Column + (k % 10);
                int row = window.Row + (k / 10);
                Assert.Equal(10 + (row / 3 * 10) + (column / 4), samples[k]);
            }
        });
    }

    private static void Write(string path, int column, int row, byte value, int? noDataAt = null)
    {
        byte[] samples = new byte[12];
        Array.Fill(samples, value);
        if (noDataAt is int at)
        {
            samples[at] = 9;
        }

        ImageWriter.Write(
            ArcLearn.Core.IO.LocalFileSystem.Instance, path, ChipFormat.TIFF, new RasterImage(4, 3, 1, SampleType.UInt8, samples), new GeoTransform(100 + column, 200 - row, 1, -1), null, 9);
    }
}
