using ArcLearn.Core.Drawing;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.Inference;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Drawing;

public class DetectionMapTests
{
    private static readonly FieldDefinition[] s_fields = [new("Class", FieldType.Text)];

    [Fact]
    public void A_box_is_drawn_where_it_lies_in_its_class_colour()
    {
        using MemoryRaster raster = new(400, 200);
        using TemporaryFolder folder = new();
        using IVectorLayer layer = Layer(folder, raster, ("tree", 40, 60, 120, 160));
        DetectionMapOptions options = new() { MaxSide = 200, Classes = [new(3, "car", [0, 0, 255]), new(7, "tree", [255, 0, 0])] };

        LayerSurvey survey = LayerSurvey.Make(layer, raster, options, CancellationToken.None);
        using SKBitmap sheet = DetectionMap.Compose(layer, raster, options, survey);

        Assert.Equal("1 objects", survey.Describe());
        foreach ((int x, int y) in new[] { (20, 55), (60, 55), (40, 30), (40, 80) })
        {
            Assert.True(Near(sheet, x, y, color => color is { Red: > 180, Green: < 80, Blue: < 80 }), $"no red at {x}, {y}");
        }

        Assert.Equal(new SKColor(0, 0, 0), sheet.GetPixel(40, 55));
        Assert.Equal(new SKColor(0, 0, 0), sheet.GetPixel(150, 50));
        Assert.True(sheet.Height > 100);
    }

    [Fact]
    public void The_legend_shows_the_colour_of_each_class_and_letters()
    {
        using MemoryRaster raster = new(400, 200);
        using TemporaryFolder folder = new();
        using IVectorLayer layer = Layer(folder, raster);
        DetectionMapOptions options = new() { Classes = [new(3, "car", [0, 0, 255]), new(7, "tree", [255, 0, 0])] };

        LayerSurvey survey = LayerSurvey.Make(layer, raster, options, CancellationToken.None);
        using SKBitmap sheet = DetectionMap.Compose(layer, raster, options, survey);

        SKColor[] legend = [.. sheet.Pixels.Skip(sheet.Width * 200)];
        Assert.Equal("0 objects", survey.Describe());
        Assert.Contains(new SKColor(0, 0, 255), legend);
        Assert.Contains(new SKColor(255, 0, 0), legend);
        Assert.True(legend.Count(color => color == new SKColor(32, 32, 32)) > 500);
    }

    [Fact]
    public void Only_what_lies_on_the_raster_is_counted_and_the_rest_is_told()
    {
        using MemoryRaster raster = new(400, 200);
        using TemporaryFolder folder = new();
        using IVectorLayer layer = Layer(folder, raster, ("tree", 40, 60, 120, 160), ("tree", 390, 190, 420, 220), ("car", 500, 60, 520, 80), ("car", 40, -80, 60, -60));

        LayerSurvey survey = LayerSurvey.Make(layer, raster, new DetectionMapOptions(), CancellationToken.None);

        Assert.Equal("2 objects, 2 more outside", survey.Describe());
        Assert.Equal(["tree 2"], survey.Classes.Entries().Select(entry => entry.Label));
    }

    [Fact]
    public void A_raster_that_the_layer_does_not_touch_is_the_wrong_one()
    {
        using MemoryRaster raster = new(400, 200);
        using TemporaryFolder folder = new();
        using IVectorLayer layer = Layer(folder, raster, ("car", 500, 60, 520, 80));

        LearnDataException error = Assert.Throws<LearnDataException>(() => LayerSurvey.Make(layer, raster, new DetectionMapOptions(), CancellationToken.None));

        Assert.Equal("LayerOutside", error.Id);
        Assert.Contains("(500250, 3999960, 500260, 3999970)", error.Message, StringComparison.Ordinal);
        Assert.Contains("(500000, 3999900, 500200, 4000000)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_layer_without_a_raster_still_gives_a_picture()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(10, 10);
        using (Layer(folder, raster))
        {
            PictureItem picture = DetectionMap.Draw(
                folder.PathOf("layer.gpkg"), rasterPath: null, folder.PathOf("map.png"), new DetectionMapOptions { MaxSide = 400 })!;

            using SKBitmap read = SKBitmap.Decode(picture.Path);
            Assert.Equal((picture.Width, picture.Height), (read.Width, read.Height));
            Assert.Equal("0 objects", picture.Shows);
        }
    }

    [Fact]
    public void A_full_disk_an_unreadable_layer_and_a_stop_leave_the_old_picture_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(10, 10);
        Layer(folder, raster).Dispose();
        string map = folder.PathOf("map.png");
        File.WriteAllText(map, "mine");
        DetectionMapOptions force = new() { Force = true };
        using CancellationTokenSource stop = new();
        stop.Cancel();

        Assert.Throws<IOException>(() => DetectionMap.Draw(folder.PathOf("layer.gpkg"), null, map, force, new FaultyFileSystem { Room = 100 }));
        Assert.Throws<UnauthorizedAccessException>(() => DetectionMap.Draw(folder.PathOf("layer.gpkg"), null, map, force, new FaultyFileSystem { IsReadOnly = true }));
        Assert.ThrowsAny<IOException>(() => DetectionMap.Draw(folder.PathOf("layer.gpkg"), null, map, force, new FaultyFileSystem { IsUnreadable = _ => true }));
        Assert.ThrowsAny<OperationCanceledException>(() => DetectionMap.Draw(folder.PathOf("layer.gpkg"), null, map, force, cancel: stop.Token));
        Assert.Equal("mine", File.ReadAllText(map));
        Assert.Equal(2, Directory.GetFiles(folder.Root).Length);
    }

    [Fact]
    public void An_existing_picture_is_replaced_only_when_asked()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(10, 10);
        Layer(folder, raster).Dispose();
        string map = folder.PathOf("map.png");
        File.WriteAllText(map, "mine");

        Assert.Throws<OutputExistsException>(() => DetectionMap.Draw(folder.PathOf("layer.gpkg"), null, map));
        Assert.Equal("mine", File.ReadAllText(map));
        DetectionMap.Draw(folder.PathOf("layer.gpkg"), null, map, new DetectionMapOptions { Force = true });
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(map)[..4]);
        Assert.Equal(2, Directory.GetFiles(folder.Root).Length);
    }

    [Theory]
    [InlineData(100, 100, 50, 2)]
    [InlineData(101, 40, 50, 3)]
    [InlineData(50, 50, 50, 1)]
    [InlineData(5000, 3, 16, 313)]
    public void A_thumbnail_holds_the_means_of_whole_squares(int width, int height, int maxSide, int step)
    {
        using MemoryRaster raster = new(width, height) { NoData = 9 };
        for (int column = 0; column < width; column++)
        {
            raster.Fill(new PixelWindow(column, 0, 1, height), column % 200);
        }

        RasterThumbnail thumbnail = RasterThumbnail.Read(raster, maxSide);

        Assert.Equal(step, thumbnail.Step);
        Assert.True(Math.Max(thumbnail.Width, thumbnail.Height) <= maxSide);
        for (int at = 0; at < thumbnail.Width; at++)
        {
            double[] expected =
                [.. Enumerable.Range(at * step, step).Where(column => column < width).Select(column => column % 200.0).Where(value => value != 9)];
            Assert.Equal(expected.Length == 0 ? null : expected.Average(), thumbnail[0, at, 0]);
        }
    }

    [Fact]
    public void Sixteen_bits_are_stretched_between_their_percentiles()
    {
        using MemoryRaster raster = new(100, 1) { SampleType = SampleType.UInt16 };
        for (int column = 0; column < 100; column++)
        {
            raster.Fill(new PixelWindow(column, 0, 1, 1), 1000 + (10 * column));
        }

        using SKBitmap picture = RasterPicture.Draw(RasterThumbnail.Read(raster, 100));

        Assert.Equal(0, picture.GetPixel(1, 0).Red);
        Assert.Equal(255, picture.GetPixel(98, 0).Red);
        Assert.InRange(picture.GetPixel(50, 0).Red, 126, 130);
    }

    [Fact]
    public void Every_printable_character_has_a_letter_of_its_own()
    {
        HashSet<string> seen = [];
        for (char letter = '!'; letter <= '~'; letter++)
        {
            Assert.True(seen.Add(Dots(letter.ToString())), $"'{letter}' looks like another");
        }

        Assert.Equal(Dots("?"), Dots("\u00e4"));
        Assert.DoesNotContain("#", Dots(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_too_wide_is_cut_and_says_so()
    {
        Assert.Equal("tree", DotFont.Fit("tree", 2, 100));
        string cut = DotFont.Fit("a class with a very long name", 2, 100);
        Assert.EndsWith("..", cut, StringComparison.Ordinal);
        Assert.InRange(DotFont.Measure(cut, 2), 80, 100);
    }

    private static string Dots(string text)
    {
        using SKBitmap bitmap = new(5, 8);
        using (SKCanvas canvas = new(bitmap))
        {
            canvas.Clear(SKColors.White);
            DotFont.Draw(canvas, text, 0, 0, 1, SKColors.Black);
        }

        return string.Concat(bitmap.Pixels.Select(color => color.Red < 128 ? '#' : '.'));
    }

    private static bool Near(SKBitmap picture, int x, int y, Func<SKColor, bool> test) =>
        Enumerable.Range(-2, 5).Any(dx => Enumerable.Range(-2, 5).Any(dy => test(picture.GetPixel(x + dx, y + dy))));

    /// <summary>A layer of boxes given in pixels of the raster.</summary>
    private static IVectorLayer Layer(TemporaryFolder folder, IRaster raster, params (string Class, int Left, int Top, int Right, int Bottom)[] boxes)
    {
        string path = folder.PathOf("layer.gpkg");
        using (IFeatureWriter writer = FeatureWriters.Create(path, "layer", raster.SpatialReference, s_fields, LocalFileSystem.Instance))
        {
            foreach ((string name, int left, int top, int right, int bottom) in boxes)
            {
                (double xMin, double yMax) = raster.Transform.ToMap(left, top);
                (double xMax, double yMin) = raster.Transform.ToMap(right, bottom);
                writer.Write(new GeometryFactory().ToGeometry(new Envelope(xMin, xMax, yMin, yMax)), [name]);
            }

            writer.Complete();
        }

        return VectorLayers.Open(path);
    }
}
