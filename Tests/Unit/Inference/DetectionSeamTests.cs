using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

public class DetectionSeamTests
{
    private const int Chip = 64;

    public static TheoryData<int, int, bool> Cases()
    {
        TheoryData<int, int, bool> cases = [];
        foreach (int padding in new[] { 11, 12, 14, 16 })
        {
            foreach (int offset in new[] { -6, -4, -3, -1, 0, 1, 2, 4, 5 })
            {
                cases.Add(padding, offset, false);
                cases.Add(padding, offset, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Objects_on_every_border_and_corner_are_neither_doubled_nor_lost(int padding, int offset, bool runNms)
    {
        using MemoryRaster raster = new(311, 270);
        TileGrid grid = new(raster.Width, raster.Height, Chip, padding);
        List<PixelWindow> planted = Plant(raster, grid, offset);
        using BlobBackend backend = new(Chip);
        DetectionRunOptions options = new() { Padding = padding, RunNms = runNms, MaxOverlapRatio = 0.1 };

        DetectionRunResult result = DetectionEngine.Run(options, raster, backend);

        Assert.All(planted, box => Assert.Single(result.Detections, detection => Covers(detection, box)));
        Assert.Equal(planted.Count, result.Detections.Count);
        Assert.Equal(0, result.CutDetections);
    }

    [Fact]
    public void What_lies_in_the_padding_is_left_to_the_neighbour_unless_asked_for()
    {
        using MemoryRaster raster = new(96, 64);
        using BlobBackend backend = new(Chip) { Jitter = 0 };
        raster.Fill(new PixelWindow(58, 20, 20, 10), 100);
        raster.Fill(new PixelWindow(52, 40, 9, 9), 101);

        // The left tile sees six columns of the first object, and all of the second.
        DetectionRunResult owned = DetectionEngine.Run(new DetectionRunOptions { Padding = 16 }, raster, backend);
        DetectionRunResult all = DetectionEngine.Run(new DetectionRunOptions { Padding = 16, ExcludePadDetections = false }, raster, backend);

        Assert.Equal([(52, 61), (58, 78)], owned.Detections.Select(box => ((int)box.XMin, (int)box.XMax)).Order());
        Assert.Equal([(52, 61), (58, 64), (58, 78)], all.Detections.Select(box => ((int)box.XMin, (int)box.XMax)).Order());
        Assert.Equal((0, 1), (owned.CutDetections, all.CutDetections));
    }

    [Fact]
    public void Two_objects_of_different_classes_at_a_seam_both_stay()
    {
        using MemoryRaster raster = new(96, 64);
        using BlobBackend backend = new(Chip) { Jitter = 0, Change = box => box with { ClassIndex = box.XMin > 20 ? 1 : 0 } };
        raster.Fill(new PixelWindow(44, 20, 9, 9), 100);

        // The left tile sees it at 44, the right tile at 12 of its chip: each calls it by another class.
        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions { Padding = 16 }, raster, backend);

        Assert.Equal([0, 1], result.Detections.Select(detection => detection.ClassIndex).Order());
        Assert.Single(DetectionEngine.Run(new DetectionRunOptions { Padding = 16, RunNms = true }, raster, backend).Detections);
    }

    [Fact]
    public void An_object_larger_than_the_padding_allows_is_kept_in_parts_and_counted()
    {
        using MemoryRaster raster = new(200, 64);
        using BlobBackend backend = new(Chip) { Jitter = 0 };
        raster.Fill(new PixelWindow(20, 20, 120, 10), 100);

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions { Padding = 8 }, raster, backend);

        Assert.NotEmpty(result.Detections);
        Assert.Equal(result.Detections.Count, result.CutDetections);
    }

    [Fact]
    public void A_chain_of_duplicates_leaves_the_best_only()
    {
        TileGrid grid = new(96, 96, Chip, 16);
        TileOwnership ownership = new(grid);
        Detection best = new(43, 43, 53, 53, 0, 0.9f, Tile: 0, Index: 0);
        Detection second = best with { XMin = 45, XMax = 55, Score = 0.8f, Tile = 1 };
        Detection third = second with { YMin = 45, YMax = 55, Score = 0.7f, Tile = 3 };

        Assert.Equal([best], SeamMerge.Merge([third, second, best], ownership));
        Assert.Equal([second], SeamMerge.Merge([third, second], ownership));
    }

    [Fact]
    public void Boxes_of_one_tile_are_never_merged_at_a_seam()
    {
        TileOwnership ownership = new(new TileGrid(96, 96, Chip, 16));
        Detection first = new(43, 43, 53, 53, 0, 0.9f, Tile: 0, Index: 0);
        Detection same = first with { Index = 1, Score = 0.8f };

        Assert.Equal([first, same], SeamMerge.Merge([first, same], ownership));
    }

    /// <summary>Objects of 9 × 7 pixels at all border crossings and half-way between them.</summary>
    private static List<PixelWindow> Plant(MemoryRaster raster, TileGrid grid, int offset)
    {
        List<PixelWindow> planted = [];
        int half = (Chip - (2 * grid.Padding)) / 2;
        int[] xs = [.. Enumerable.Range(0, grid.Columns - 1).Select(column => grid[column].Core.Right)];
        int[] ys = [.. Enumerable.Range(0, grid.Rows - 1).Select(row => grid[row * grid.Columns].Core.Bottom)];
        foreach (int y in ys)
        {
            foreach (int x in xs)
            {
                foreach ((int column, int row) in new[] { (x + offset, y - offset), (x + offset, y + half), (x + half, y + offset) })
                {
                    PixelWindow window = new(column - 4, row - 3, 9, 7);
                    if (window.Right <= raster.Width && window.Bottom <= raster.Height)
                    {
                        raster.Fill(window, 100 + (planted.Count % 2));
                        planted.Add(window);
                    }
                }
            }
        }

        Assert.True(planted.Count > 50);
        return planted;
    }

    private static bool Covers(Detection detection, PixelWindow box) =>
        detection.Overlap(new Detection(box.Column, box.Row, box.Right, box.Bottom, 0, 0, 0, 0)) > 0.4;
}
