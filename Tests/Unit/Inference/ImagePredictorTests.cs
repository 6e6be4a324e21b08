using ArcLearn.Core.Data;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class ImagePredictorTests : IDisposable
{
    private const int Chip = 64;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(20, 24)]                        // smaller than a chip
    [InlineData(64, 64)]
    [InlineData(200, 150)]
    public void An_object_is_found_once_wherever_it_lies(int width, int height)
    {
        // Objects no larger than half a chip, in a lattice that does not follow the chips.
        List<(int X, int Y)> places = [];
        for (int y = 3; y + 8 < height; y += 21)
        {
            for (int x = 2; x + 9 < width; x += 23)
            {
                places.Add((x, y));
            }
        }

        string image = Image("a.png", width, height, [.. places.Select(p => (p.X, p.Y, 9, 8, 101))]);
        using ImagePredictor predictor = new(new BlobBackend(Chip) { Jitter = 0 }, "blobs", 0.1);

        Prediction prediction = predictor.Predict(image);

        Assert.Equal((width, height, "blobs"), (prediction.Width, prediction.Height, prediction.Model));
        Assert.Equal(
            places.Select(p => (p.X, p.Y, 9, 8)).Order(),
            prediction.Objects.Select(o => ((int)o.XMin, (int)o.YMin, (int)o.Width, (int)o.Height)).Order());
        Assert.All(prediction.Objects, o => Assert.Equal(("tree", 7), (o.Class, o.ClassValue)));
        Assert.Equal(prediction.Objects.Select(o => o.Score).OrderDescending(), prediction.Objects.Select(o => o.Score));
    }

    [Fact]
    public void What_is_found_in_an_image_depends_on_no_other_image_and_on_no_batch()
    {
        string[] images =
        [
            Image("a.png", 90, 70, (10, 10, 12, 12, 100), (40, 30, 20, 9, 101)), Image("b.png", 30, 30, (5, 5, 8, 8, 100)), Image("c.png", 200, 64, (150, 20, 30, 30, 100)),
        ];
        using ImagePredictor all = new(new BlobBackend(Chip, batchSize: 4), "blobs", 0.1);
        PredictedObject[][] together = [.. images.Select(image => all.Predict(image).Objects.ToArray())];

        foreach (int batch in new[] { 1, 3, 16 })
        {
            for (int i = images.Length - 1; i >= 0; i--)
            {
                using ImagePredictor alone = new(new BlobBackend(Chip, batch), "blobs", 0.1);
                Assert.Equal(together[i], alone.Predict(images[i]).Objects);
            }
        }

        Assert.Equal([2, 1, 1], together.Select(found => found.Length));
    }

    [Fact]
    public void Boxes_end_at_the_image_and_overlapping_ones_of_a_class_go()
    {
        string image = Image("a.png", 60, 60, (0, 20, 10, 10, 100), (40, 40, 10, 10, 101), (40, 20, 10, 10, 101));

        // The model's boxes reach far beyond the objects: over the image's left edge, and the two trees over each other.
        BlobBackend backend = new(Chip) { Jitter = 0, Change = box => box with { XMin = box.XMin - 15, YMin = box.YMin - 15, XMax = box.XMax + 15, YMax = box.YMax + 15 } };
        using ImagePredictor predictor = new(backend, "blobs", 0.1);

        IReadOnlyList<PredictedObject> found = predictor.Predict(image).Objects;

        Assert.Equal((0, 25, 40), (found.Single(o => o.Class == "car") is { } car ? (car.XMin, car.Width, car.Height) : default));
        Assert.Single(found, o => o.Class == "tree");
        Assert.All(found, o => Assert.True(o.XMin + o.Width <= 60 && o.YMin + o.Height <= 60));
    }

    [Fact]
    public void The_picture_shows_boxes_on_the_image()
    {
        string image = Image("a.png", 100, 60, (20, 10, 30, 20, 100));
        using ImagePredictor predictor = new(new BlobBackend(Chip) { Jitter = 0 }, "blobs", 0.1);
        Prediction prediction = predictor.Predict(image);

        PictureItem item = PredictionPicture.Draw(prediction, predictor.Classes, _folder.PathOf("found.png"), force: false);

        // Enlarged by eight, so that the tag can be read.
        using SKBitmap picture = SKBitmap.Decode(item.Path);
        Assert.Equal(800, picture.Width);
        Assert.True(picture.GetPixel(280, 240) is { Red: > 150, Green: < 80, Blue: < 80 });
        Assert.True(picture.GetPixel(400, 160) is { Red: > 150, Green: < 80, Blue: < 80 });
        Assert.Equal(new SKColor(100, 100, 100), picture.GetPixel(280, 160));
        Assert.Throws<OutputExistsException>(() => PredictionPicture.Draw(prediction, predictor.Classes, _folder.PathOf("found.png"), force: false));
    }

    [Fact]
    public void What_is_no_image_for_the_model_is_named_and_the_next_is_searched()
    {
        File.WriteAllText(_folder.PathOf("text.png"), "no picture");
        string image = Image("a.png", 60, 60, (10, 10, 12, 12, 100));
        using ImagePredictor three = new(new BlobBackend(Chip, bands: 3), "blobs", 0.1);
        using ImagePredictor one = new(new BlobBackend(Chip), "blobs", 0.1);

        Assert.Equal("BandMismatch", Assert.Throws<LearnDataException>(() => three.Predict(image)).Id);
        Assert.Throws<LearnFormatException>(() => one.Predict(_folder.PathOf("text.png")));
        Assert.Throws<FileNotFoundException>(() => one.Predict(_folder.PathOf("none.png")));
        Assert.Single(one.Predict(image).Objects);
    }

    [Fact]
    public void Images_of_a_folder_come_in_order_and_those_below_on_request()
    {
        Directory.CreateDirectory(_folder.PathOf("below"));
        foreach (string name in new[] { "b.PNG", "a.tif", "notes.txt", Path.Combine("below", "c.jpeg") })
        {
            File.WriteAllText(_folder.PathOf(name), "");
        }

        Assert.Equal(["a.tif", "b.PNG"], ImageFiles.Find(_folder.Root, isRecursive: false).Select(Path.GetFileName));
        Assert.Equal(["a.tif", "b.PNG", "c.jpeg"], ImageFiles.Find(_folder.Root, isRecursive: true).Select(Path.GetFileName));
    }

    private string Image(string name, int width, int height, params (int X, int Y, int Width, int Height, int Value)[] blobs)
    {
        byte[] samples = new byte[width * height];
        foreach ((int x, int y, int w, int h, int value) in blobs)
        {
            for (int row = y; row < y + h; row++)
            {
                samples.AsSpan((row * width) + x, w).Fill((byte)value);
            }
        }

        string path = _folder.PathOf(name);
        ImageWriter.Write(LocalFileSystem.Instance, path, ChipFormat.PNG, new RasterImage(width, height, 1, SampleType.UInt8, samples), null, null, null);
        return path;
    }
}
