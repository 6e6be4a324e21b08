using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class GeoTiffWriterTests
{
    private static readonly GeoTransform s_place = new(0, 0, 1, -1);

    [Theory]
    [InlineData(1, 1, SampleType.UInt8)]
    [InlineData(3, 40, SampleType.UInt8)]
    [InlineData(2, 1000, SampleType.UInt16)]
    public void Rows_in_pieces_of_any_height_come_back(int bands, int piece, SampleType type)
    {
        MemoryFileSystem files = new();
        RasterImage image = ImageWriterTests.Image(83, 150, bands, type);
        using (GeoTiffWriter writer = new(files, "a.tif", 83, 150, bands, type, s_place, null, null, tileSize: 64))
        {
            WriteRows(writer, image, piece);
            writer.Complete();
        }

        using IRaster raster = RasterFile.Open("a.tif", files);
        Assert.Equal((64, 64), (raster.BlockWidth, raster.BlockHeight));
        Assert.Equal(ImageWriterTests.Samples(image), RasterFixture.ReadAll(raster));
        Assert.Equal(["a.tif"], files.Files.Keys);
    }

    [Fact]
    public void Tiles_in_any_order_from_any_thread_give_the_bytes_that_rows_give()
    {
        MemoryFileSystem files = new();
        RasterImage image = ImageWriterTests.Image(192, 128, 3, SampleType.UInt8);
        using (GeoTiffWriter rows = new(files, "rows.tif", 192, 128, 3, SampleType.UInt8, s_place, null, 5, tileSize: 64))
        {
            WriteRows(rows, image, 50);
            rows.Complete();
        }

        using (GeoTiffWriter tiles = new(files, "tiles.tif", 192, 128, 3, SampleType.UInt8, s_place, null, 5, tileSize: 64))
        {
            Parallel.ForEach(new[] { 5, 3, 0, 4, 2, 1 }, i => tiles.WriteTile(i % 3, i / 3, Tile(image, i % 3, i / 3)));
            tiles.Complete();
        }

        Assert.Equal(files.Files["rows.tif"], files.Files["tiles.tif"]);
    }

    [Fact]
    public void Nothing_appears_before_Complete_and_nothing_stays_without_it()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        using (GeoTiffWriter writer = new(LocalFileSystem.Instance, path, 83, 150, 1, SampleType.UInt8, null, null, null, tileSize: 64))
        {
            writer.WriteRows(70, new byte[83 * 70]);
            Assert.False(File.Exists(path));
        }

        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Complete_with_rows_missing_is_an_error_and_leaves_nothing()
    {
        MemoryFileSystem files = new();
        using GeoTiffWriter writer = new(files, "a.tif", 83, 150, 1, SampleType.UInt8, null, null, null, tileSize: 64);
        writer.WriteRows(149, new byte[83 * 149]);

        Assert.Throws<InvalidOperationException>(writer.Complete);
        Assert.Empty(files.Files);
    }

    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void A_disk_that_is_full_in_header_tiles_or_directory_leaves_nothing(double share)
    {
        MemoryFileSystem files = new();
        Write(files);
        long size = files.Files["a.tif"].Length;
        files.Files.Clear();
        files.Room = (long)(size * share);

        Assert.Throws<IOException>(() => Write(files));
        Assert.Empty(files.Files);

        static void Write(MemoryFileSystem files)
        {
            using GeoTiffWriter writer = new(files, "a.tif", 83, 150, 1, SampleType.UInt8, null, null, null, tileSize: 64);
            WriteRows(writer, ImageWriterTests.Image(83, 150, 1, SampleType.UInt8), 10);
            writer.Complete();
        }
    }

    [Fact]
    public void A_raster_beyond_four_gigabytes_is_announced_as_BigTIFF()
    {
        MemoryFileSystem files = new();
        using GeoTiffWriter writer = new(files, "a.tif", 70000, 70000, 1, SampleType.UInt8, null, null, null);

        Assert.Equal((274, 274), (writer.TilesAcross, writer.TilesDown));
        Assert.True(ArcLearn.Core.Rasters.Tiff.TiffFormat.Tiled(70000, 70000, 1, SampleType.UInt8, 256).IsBigTiff);
        Assert.False(ArcLearn.Core.Rasters.Tiff.TiffFormat.Tiled(60000, 60000, 1, SampleType.UInt8, 256).IsBigTiff);
    }

    private static void WriteRows(GeoTiffWriter writer, RasterImage image, int piece)
    {
        for (int row = 0; row < image.Height; row += piece)
        {
            int rows = Math.Min(piece, image.Height - row);
            writer.WriteRows(rows, Cut(image, 0, row, image.Width, rows));
        }
    }

    private static byte[] Tile(RasterImage image, int column, int row) => Cut(image, column * 64, row * 64, 64, 64);

    private static byte[] Cut(RasterImage image, int column, int row, int width, int height)
    {
        int size = image.SampleBytes;
        byte[] cut = new byte[width * height * image.Bands * size];
        for (int band = 0; band < image.Bands; band++)
        {
            for (int y = 0; y < height; y++)
            {
                int source = ((((band * image.Height) + row + y) * image.Width) + column) * size;
                image.Samples.AsSpan(source, width * size).CopyTo(cut.AsSpan(((band * height) + y) * width * size));
            }
        }

        return cut;
    }
}
