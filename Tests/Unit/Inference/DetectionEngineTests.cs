using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

public class DetectionEngineTests
{
    private const int Chip = 64;

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(4, 1)]
    [InlineData(4, 5)]
    public void The_result_is_equal_for_any_number_of_threads_and_any_queue(int workers, int readers)
    {
        using MemoryRaster raster = Scene(420, 400, seed: 1);
        using BlobBackend backend = new(Chip);
        DetectionRunResult expected = DetectionEngine.Run(new DetectionRunOptions { RunNms = true }, raster, backend);

        foreach (int buffers in new[] { 1, 0, 9 })
        {
            DetectionRunOptions options = new() { RunNms = true, Workers = workers, Readers = readers, Buffers = buffers };
            DetectionRunResult actual = DetectionEngine.Run(options, raster, backend);

            Assert.Equal(expected.Detections, actual.Detections);
            Assert.Equal(expected.Tiles, actual.Tiles);
        }

        Assert.True(expected.Detections.Count > 100);
        Assert.Equal(1 + (3 * workers), backend.Replicas);
        Assert.Equal(backend.Replicas, backend.Disposed);
    }

    [Fact]
    public void Every_batch_is_full_size_and_its_empty_places_are_zero()
    {
        using MemoryRaster raster = Scene(Chip + 32, Chip, seed: 2);
        List<float[]> batches = [];
        using BlobBackend backend = new(Chip, batchSize: 5) { OnDetect = samples => batches.Add([.. samples]) };

        _ = DetectionEngine.Run(new DetectionRunOptions { Padding = 16, Buffers = 1 }, raster, backend);

        float[] batch = Assert.Single(batches);
        Assert.Contains(batch.AsSpan(0, 2 * Chip * Chip).ToArray(), value => value > 0);
        Assert.All(batch.AsSpan(2 * Chip * Chip).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_batch_that_reuses_a_buffer_keeps_nothing_of_the_one_before()
    {
        using MemoryRaster raster = new(Chip * 3, Chip);
        raster.Fill(new PixelWindow(0, 0, Chip * 3, Chip), 1);
        List<float> last = [];
        using BlobBackend backend = new(Chip, batchSize: 2) { OnDetect = samples => last = [.. samples] };

        _ = DetectionEngine.Run(new DetectionRunOptions { Padding = 0, Buffers = 1 }, raster, backend);

        Assert.Equal(2, backend.Calls);
        Assert.Equal(1, last[0]);
        Assert.All(last.Skip(Chip * Chip), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_run_over_an_extent_equals_that_part_of_the_whole_run(int seed)
    {
        using MemoryRaster raster = Scene(420, 400, seed);
        using BlobBackend backend = new(Chip);
        DetectionRunResult whole = DetectionEngine.Run(new DetectionRunOptions { Padding = 12 }, raster, backend);
        Random random = new(seed);
        for (int i = 0; i < 15; i++)
        {
            double x = random.Next(-20, 380) + 0.5;
            double y = random.Next(-20, 360) + 0.5;
            double right = x + random.Next(25, 150);
            double bottom = y + random.Next(25, 150);
            (double xMin, double yMax) = raster.Transform.ToMap(x, y);
            (double xMax, double yMin) = raster.Transform.ToMap(right, bottom);
            DetectionRunOptions options = new() { Padding = 12, Extent = new GeoExtent(xMin, yMin, xMax, yMax) };

            DetectionRunResult part = DetectionEngine.Run(options, raster, backend);

            Assert.Equal(
                whole.Detections.Where(box => box.CenterX >= x && box.CenterX < right && box.CenterY > y && box.CenterY <= bottom), part.Detections);
            Assert.True(part.Tiles < whole.Tiles);
        }
    }

    [Fact]
    public void Neighbouring_extents_of_a_rotated_raster_share_no_detection_and_lose_none()
    {
        using MemoryRaster raster = Scene(200, 180, seed: 6, new GeoTransform(1000, 2000, 0.8, -0.8, 0.6, 0.6));
        using BlobBackend backend = new(Chip);
        DetectionRunResult whole = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);
        (double x, _) = raster.Transform.ToMap(100, 90);
        List<Detection> parts = [];
        foreach ((double xMin, double xMax) in new[] { (x - 1000, x), (x, x + 1000) })
        {
            DetectionRunOptions options = new() { Extent = new GeoExtent(xMin, 0, xMax, 5000) };
            parts.AddRange(DetectionEngine.Run(options, raster, backend).Detections);
        }

        Assert.Equal(whole.Detections, Suppression.Rank(parts));
    }

    [Fact]
    public void Tiles_that_are_wholly_nodata_are_not_shown_to_the_model_and_counted()
    {
        using MemoryRaster raster = Scene(420, 400, seed: 1, noData: 0);
        raster.Fill(new PixelWindow(0, 0, 420, 400), 0);
        raster.Fill(new PixelWindow(210, 210, 9, 9), 101);
        using BlobBackend backend = new(Chip);
        TileGrid grid = new(420, 400, Chip, 16);
        int seen = Enumerable.Range(0, grid.Count).Count(i => grid[i].Window.Intersect(new PixelWindow(210, 210, 9, 9)).Area > 0);

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);

        Assert.Equal((seen, grid.Count - seen), (result.Tiles, result.SkippedTiles));
        Assert.Single(result.Detections);
    }

    [Fact]
    public void The_bands_that_are_chosen_reach_the_model_in_their_order()
    {
        using MemoryRaster raster = new(Chip, Chip, bands: 4);
        raster[1, 10, 20] = 7;
        raster[3, 30, 40] = 9;
        float[] seen = [];
        using BlobBackend backend = new(Chip, batchSize: 2, bands: 2) { OnDetect = samples => seen = [.. samples] };

        _ = DetectionEngine.Run(new DetectionRunOptions { Bands = [3, 1] }, raster, backend);

        Assert.Equal((9, 7), (seen[(40 * Chip) + 30], seen[(Chip * Chip) + (20 * Chip) + 10]));
    }

    [Fact]
    public void Zeros_without_a_nodata_value_are_data()
    {
        using MemoryRaster raster = new(100, 100);
        using BlobBackend backend = new(Chip);

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);

        Assert.Equal((9, 0), (result.Tiles, result.SkippedTiles));
    }

    [Fact]
    public void A_long_stretch_of_nodata_behind_a_waiting_tile_does_not_hold_the_run_up()
    {
        // More tiles than the engine lets run ahead, one of them with data and alone in its batch.
        using MemoryRaster raster = new(8 * 70, 8 * 70) { NoData = 0 };
        raster.Fill(new PixelWindow(0, 0, 4, 4), 100);
        using BlobBackend backend = new(8);

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions { Padding = 0, Readers = 3 }, raster, backend);

        Assert.Equal((1, 4899), (result.Tiles, result.SkippedTiles));
        Assert.Single(result.Detections);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20, 300)]
    [InlineData(63, 64)]
    public void Rasters_smaller_than_a_chip_are_searched_and_boxes_stay_within_them(int width, int height)
    {
        using MemoryRaster raster = new(width, height);
        raster.Fill(new PixelWindow(0, 0, width, height), 100);
        using BlobBackend backend = new(Chip) { Jitter = 0, Change = box => box with { XMin = -3, XMax = width + 2 } };

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions { Padding = 16 }, raster, backend);

        Assert.NotEmpty(result.Detections);
        Assert.All(result.Detections, box => Assert.Equal((0, width), (box.XMin, box.XMax)));
        Assert.All(result.Detections, box => Assert.True(box.YMin >= 0 && box.YMax <= height));
    }

    [Fact]
    public void What_is_found_in_the_filling_beyond_the_raster_does_not_count()
    {
        using MemoryRaster raster = new(40, 40) { NoData = 100 };
        raster.Fill(new PixelWindow(5, 5, 9, 9), 1);
        using BlobBackend backend = new(Chip) { Jitter = 0, Change = box => box with { XMin = 38, YMin = 10, XMax = 46, YMax = 20 } };

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);

        Assert.Empty(result.Detections);
    }

    [Fact]
    public void Progress_ends_with_all_tiles_on_the_caller_s_thread()
    {
        using MemoryRaster raster = Scene(420, 400, seed: 1);
        using BlobBackend backend = new(Chip);
        List<InferenceProgress> reports = [];
        int thread = Environment.CurrentManagedThreadId;

        DetectionRunResult result = DetectionEngine.Run(
            new DetectionRunOptions(),
            raster,
            backend,
            progress =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                reports.Add(progress);
            });

        Assert.Equal((result.Tiles, result.Tiles), (reports[^1].Done, reports[^1].Tiles));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    /// <summary>Objects of two classes at random places, apart from each other.</summary>
    internal static MemoryRaster Scene(int width, int height, int seed, GeoTransform? transform = null, double? noData = null)
    {
        MemoryRaster raster = new(width, height)
        {
            NoData = noData,
            Transform = transform ?? new GeoTransform(500_000, 4_000_000, 0.5, -0.5),
        };
        raster.Fill(new PixelWindow(0, 0, width, height), 10);
        Random random = new(seed);
        for (int row = 0; row + 12 <= height; row += 15)
        {
            for (int column = 0; column + 12 <= width; column += 15)
            {
                raster.Fill(
                    new PixelWindow(column + random.Next(4), row + random.Next(4), 7 + random.Next(4), 7 + random.Next(4)), 100 + random.Next(2));
            }
        }

        return raster;
    }
}
