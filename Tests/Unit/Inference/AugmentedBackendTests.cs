using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

public class AugmentedBackendTests
{
    private const int Chip = 64;

    [Fact]
    public void Each_of_the_eight_turns_is_another_and_boxes_come_back_to_where_they_were()
    {
        HashSet<(int, int)> places = [];
        for (int number = 0; number < SquareTurn.Count; number++)
        {
            // Two bands, one pixel each; what lies at (5, 2) of six by six comes to another place in each turn.
            float[] samples = new float[2 * 36];
            samples[(2 * 6) + 5] = 1;
            samples[36 + (2 * 6) + 5] = 2;
            float[] turned = new float[samples.Length];
            SquareTurn turn = new(number, 6);
            turn.Apply(samples, turned);
            (int row, int column) = Math.DivRem(Array.IndexOf(turned, 1), 6);

            Assert.Equal(2, turned[36 + (row * 6) + column]);
            Assert.True(places.Add((column, row)));
            Assert.Equal(new ChipDetection(5, 2, 6, 3, 1, 0.5f), turn.Back(new ChipDetection(column, row, column + 1, row + 1, 1, 0.5f)));
        }
    }

    [Fact]
    public void What_is_seen_alike_in_all_turns_is_found_as_without_them_and_scored_by_the_mean()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 280, seed: 1);
        using BlobBackend plain = new(Chip) { Jitter = 0 };
        using AugmentedBackend augmented = new(new BlobBackend(Chip) { Jitter = 0 }, 0.5, 0.1);

        DetectionRunResult expected = DetectionEngine.Run(new DetectionRunOptions(), raster, plain);
        DetectionRunResult actual = DetectionEngine.Run(new DetectionRunOptions(), raster, augmented);

        Assert.Equal(Boxes(expected), Boxes(actual));
        Assert.NotEqual(expected.Detections, actual.Detections);
        static IEnumerable<(double, double, double, double, int)> Boxes(DetectionRunResult result) =>
            result.Detections.Select(box => (Math.Round(box.XMin, 3), Math.Round(box.YMin, 3), Math.Round(box.XMax, 3), Math.Round(box.YMax, 3), box.ClassIndex)).Order();
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(4, 3)]
    public void The_result_does_not_depend_on_threads(int workers, int readers)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 280, seed: 2);
        using AugmentedBackend backend = new(new BlobBackend(Chip), 0.5, 0.1);

        Assert.Equal(
            DetectionEngine.Run(new DetectionRunOptions(), raster, backend).Detections,
            DetectionEngine.Run(new DetectionRunOptions { Workers = workers, Readers = readers, Buffers = 1 }, raster, backend).Detections);
    }

    [Fact]
    public void A_score_is_the_mean_over_all_copies_also_those_that_miss_the_object()
    {
        ChipDetection box = new(10, 10, 20, 20, 0, 0.8f);
        ChipDetection moved = box with { XMin = 12, XMax = 22 };
        List<CopyDetection> four = [new(box, 0), new(moved, 1), new(box, 2), new(moved, 3)];
        List<CopyDetection> all = [.. four, .. four.Select(one => one with { Copy = one.Copy + 4 })];

        ChipDetection half = Assert.Single(CopyJoin.Join(four, 8, 0.3, 0.1));
        Assert.Equal((0.4f, 11f, 21f), (half.Score, half.XMin, half.XMax));
        Assert.Equal(0.8f, Assert.Single(CopyJoin.Join(all, 8, 0.5, 0.1)).Score);
        Assert.Empty(CopyJoin.Join(four, 8, 0.5, 0.1));
    }

    [Fact]
    public void Two_boxes_of_one_copy_are_two_objects_and_classes_are_apart()
    {
        ChipDetection box = new(10, 10, 20, 20, 1, 0.8f);
        ChipDetection beside = box with { XMin = 13, XMax = 23, Score = 0.6f };
        List<CopyDetection> found = [];
        for (int copy = 0; copy < 8; copy++)
        {
            found.AddRange([new(beside, copy), new(box, copy), new(box with { ClassIndex = 0 }, copy)]);
        }

        Assert.Equal([(0, 0.8f), (1, 0.8f), (1, 0.6f)], CopyJoin.Join(found, 8, 0.5, overlap: 0.6).Select(one => (one.ClassIndex, one.Score)));
        Assert.Equal([(0, 0.8f), (1, 0.8f)], CopyJoin.Join(found, 8, 0.5, overlap: 0.1).Select(one => (one.ClassIndex, one.Score)));
    }
}
