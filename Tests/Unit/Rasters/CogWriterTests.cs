using System.Runtime.InteropServices;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Tiff;
using ArcLearn.Core.Rasters.Writing;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class CogWriterTests
{
    public static TheoryData<string, int, int> Kinds
    {
        get
        {
            TheoryData<string, int, int> kinds = [];
            foreach (SampleType type in Enum.GetValues<SampleType>())
            {
                kinds.Add(type.ToString(), TiffCompression.AdobeDeflate, 1);
                kinds.Add(type.ToString(), TiffCompression.Zstd, 3);
                kinds.Add(type.ToString(), TiffCompression.Lzw, 2);
                kinds.Add(type.ToString(), TiffCompression.None, 4);
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_type_comes_back_with_its_samples_names_place_and_overviews(string typeName, int compression, int bands)
    {
        SampleType type = Enum.Parse<SampleType>(typeName);
        MemoryFileSystem files = new();
        RasterWriteOptions options = Options(131, 77, bands, type) with { Compression = compression };
        byte[] samples = Samples(options);
        Write(files, "a.tif", options, samples, rowsAtOnce: 13);
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.Equal((131, 77, bands, type), (raster.Width, raster.Height, raster.Bands, raster.SampleType));
        Assert.Equal(samples, TiffTypeTests.Raw(raster));
        Assert.Equal(options.Bands, raster.BandInfo);
        Assert.Equal(options.Transform, raster.Transform);
        Assert.Equal(32618, raster.SpatialReference!.Epsg);
        Assert.Equal([(66, 39), (33, 20), (17, 10)], raster.Overviews.Select(o => (o.Width, o.Height)));
        Assert.Equal(["a.tif"], files.Files.Keys);
    }

    [Fact]
    public void Overviews_hold_means_without_nodata_or_one_class_of_four()
    {
        MemoryFileSystem files = new();
        RasterWriteOptions options = Options(33, 4, 1, SampleType.UInt8) with { Bands = [new RasterBand(NoData: 9)] };
        byte[] samples = new byte[33 * 4];
        (samples[0], samples[1], samples[33], samples[34]) = (10, 9, 21, 30);
        (samples[2], samples[3], samples[35], samples[36]) = (9, 9, 9, 9);
        Write(files, "a.tif", options, samples, 4);
        Write(files, "b.tif", options with { IsClassified = true }, samples, 4);
        using IRaster means = RasterFile.Open("a.tif", files);
        using IRaster classes = RasterFile.Open("b.tif", files);

        Assert.Equal([20, 9, 0], RasterFixture.ReadAll(means.Overviews[0])[..3]); // 61 / 3
        Assert.Equal([10, 9, 0], RasterFixture.ReadAll(classes.Overviews[0])[..3]);
    }

    [Fact]
    public void The_bytes_depend_neither_on_threads_nor_on_how_rows_come()
    {
        MemoryFileSystem files = new();
        RasterWriteOptions options = Options(150, 99, 3, SampleType.UInt16);
        byte[] samples = Samples(options);
        Write(files, "a", options with { Workers = 1 }, samples, 99);
        Write(files, "b", options with { Workers = 7 }, samples, 1);

        Assert.Equal(files.Files["a"], files.Files["b"]);
    }

    [Fact]
    public void A_full_disk_or_missing_rows_leave_the_old_file()
    {
        MemoryFileSystem files = new() { Files = { ["a"] = [1] } };
        RasterWriteOptions options = Options(150, 99, 3, SampleType.UInt16);
        byte[] samples = Samples(options);
        using (CogWriter writer = new(files, "a", options))
        {
            writer.WriteRows(0, []);
            Assert.Throws<InvalidOperationException>(writer.Complete);
        }

        files.Room = 5000;
        Assert.Throws<IOException>(() => Write(files, "a", options, samples, 50));
        Assert.Equal(["a"], files.Files.Keys);
        Assert.Equal([1], files.Files["a"]);
    }

    [GdalFact]
    public void GDAL_reads_the_samples_colours_names_and_statistics()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        RasterWriteOptions options = Options(300, 200, 1, SampleType.UInt8) with { ColorTable = [new(1, 2, 3), new(250, 128, 7)], IsClassified = true };
        byte[] samples = Samples(options);
        Write(LocalFileSystem.Instance, path, options, samples, 64);
        string output = Gdal.Run(
            """
            import sys
            from osgeo import gdal
            ds = gdal.Open(sys.argv[1])
            band = ds.GetRasterBand(1)
            print(band.Checksum(), band.GetColorTable().GetColorEntry(1), band.GetDescription(), band.GetNoDataValue(), band.GetScale(), band.GetOverviewCount(),
                  ds.GetSpatialRef().GetAuthorityCode(None), ds.GetGeoTransform()[0], band.GetMetadataItem("STATISTICS_MAXIMUM"))
            """,
            path);
        int sum = RasterFixture.Checksum(Array.ConvertAll(samples, value => (double)value));

        Assert.Equal($"{sum} (250, 128, 7, 255) b & 1 7.0 0.5 4 32618 500000.0 {samples.Where(v => v != 7).Max()}", output.Trim());
    }

    [GdalTheory]
    [InlineData("UInt8", TiffCompression.AdobeDeflate)]
    [InlineData("UInt16", TiffCompression.Lzw)]
    [InlineData("Int16", TiffCompression.Zstd)]
    [InlineData("Int32", TiffCompression.Lzw)]
    [InlineData("Float32", TiffCompression.Zstd)]
    [InlineData("Float64", TiffCompression.AdobeDeflate)]
    [InlineData("UInt64", TiffCompression.None)]
    public void The_file_is_a_cloud_optimised_GeoTIFF_whose_samples_GDAL_reads(string typeName, int compression)
    {
        using TemporaryFolder folder = new();
        RasterWriteOptions options = Options(700, 530, 3, Enum.Parse<SampleType>(typeName)) with { Compression = compression, TileSize = 128 };
        byte[] samples = Samples(options);
        Write(LocalFileSystem.Instance, folder.PathOf("a.tif"), options, samples, 100);
        string output = Gdal.Run(
            """
            import sys
            from osgeo import gdal
            gdal.UseExceptions()
            gdal.Open(sys.argv[1]).ReadAsArray().tofile(sys.argv[2])
            try:
                from osgeo_utils.samples import validate_cloud_optimized_geotiff as cog
            except ImportError:
                print("no validator")
            else:
                warnings, errors, details = cog.validate(sys.argv[1], full_check=True)
                print(warnings, errors)
            """,
            folder.PathOf("a.tif"), folder.PathOf("a.raw"));

        Assert.Equal(samples, File.ReadAllBytes(folder.PathOf("a.raw")));
        Assert.True(output.Trim() is "[] []" or "no validator", output);
    }

    [GdalFact]
    public void Colours_are_told_as_colours_and_statistics_are_those_that_GDAL_computes()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        RasterWriteOptions options = Options(90, 70, 4, SampleType.UInt8) with { IsColor = true };
        Write(LocalFileSystem.Instance, path, options, Samples(options), 64);
        string output = Gdal.Run(
            """
            import sys
            from osgeo import gdal
            ds = gdal.Open(sys.argv[1])
            bands = [ds.GetRasterBand(i + 1) for i in range(ds.RasterCount)]
            print([gdal.GetColorInterpretationName(b.GetColorInterpretation()) for b in bands], [b.GetDescription() for b in bands],
                  [gdal.GetColorInterpretationName(b.GetOverview(0).GetColorInterpretation()) for b in bands[:3]])
            for b in bands:
                stored = b.GetStatistics(False, False)
                computed = b.ComputeStatistics(False)
                print(all(abs(a - c) < 1e-6 * max(1, abs(c)) for a, c in zip(stored, computed)))
            """,
            path);

        Assert.Equal(
            """
            ['Red', 'Green', 'Blue', 'Undefined'] ['b & 1', 'b & 2', 'b & 3', 'b & 4'] ['Red', 'Green', 'Blue']
            True
            True
            True
            True

            """,
            output.ReplaceLineEndings("\n"));
        using IRaster raster = RasterFile.Open(path);
        Assert.True(raster.IsColor);
        Assert.All(raster.Overviews, overview => Assert.True(overview.IsColor));
    }

    private static RasterWriteOptions Options(int width, int height, int bands, SampleType type) => new(
        width, height, [.. Enumerable.Range(1, bands).Select(i => new RasterBand($"b & {i}", 7, i == 1 ? 0.5 : 1, i == 1 ? 0 : -i, "m"))], type)
    {
        Transform = new GeoTransform(500000, 4100000, 0.5, -0.5),
        SpatialReference = CoordinateSystems.FromEpsg(32618),
        TileSize = 32,
    };

    private static byte[] Samples(RasterWriteOptions options)
    {
        byte[] samples = new byte[options.Width * options.Height * options.Bands.Count * options.SampleType.Bytes()];
        new Random(options.Width).NextBytes(samples.AsSpan(0, samples.Length / 2));
        if (options.SampleType == SampleType.Float32)
        {
            // No number is equal to none, whose bits may change on the way.
            foreach (ref float value in MemoryMarshal.Cast<byte, float>(samples.AsSpan()))
            {
                value = float.IsFinite(value) ? value : 1.5f;
            }
        }
        else if (options.SampleType == SampleType.Float64)
        {
            foreach (ref double value in MemoryMarshal.Cast<byte, double>(samples.AsSpan()))
            {
                value = double.IsFinite(value) ? value : 1.5;
            }
        }

        return samples;
    }

    private static void Write(IFileSystem files, string path, RasterWriteOptions options, byte[] samples, int rowsAtOnce)
    {
        using CogWriter writer = new(files, path, options);
        int rowBytes = options.Width * options.SampleType.Bytes();
        for (int row = 0; row < options.Height; row += rowsAtOnce)
        {
            int rows = Math.Min(rowsAtOnce, options.Height - row);
            byte[] part = new byte[rows * rowBytes * options.Bands.Count];
            for (int band = 0; band < options.Bands.Count; band++)
            {
                samples.AsSpan(((band * options.Height) + row) * rowBytes, rows * rowBytes).CopyTo(part.AsSpan(band * rows * rowBytes));
            }

            writer.WriteRows(rows, part);
        }

        writer.Complete();
    }
}
