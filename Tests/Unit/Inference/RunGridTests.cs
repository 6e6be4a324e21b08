using ArcLearn.Core.Crs;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class RunGridTests
{
    private const int Chip = 64;

    [Fact]
    public void A_raster_s_own_cells_are_the_raster_itself()
    {
        using MemoryRaster raster = new(100, 100);
        foreach (InferenceContext context in new InferenceContext[]
        {
            new(),
            new() { CellSize = new CellSize(0.5, 0.5) },
            new() { OutReference = CoordinateSystems.FromEpsg(32618) },
            new() { CellSize = new CellSize(0.5, 0.5), OutReference = CoordinateSystems.FromName("EPSG:32618") },
        })
        {
            Assert.Same(raster, RunGrid.View(raster, context));
        }
    }

    [Fact]
    public void Cells_begin_at_the_raster_s_corner_and_cover_it_whole()
    {
        using MemoryRaster raster = new(101, 99);
        using IRaster view = RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(2, 1.5) });

        Assert.Equal(new GeoTransform(500_000, 4_000_000, 2, -1.5), view.Transform);
        Assert.Equal((26, 33), (view.Width, view.Height));
        Assert.Equal(Resampling.Bilinear, ((GridRaster)view).Method);
    }

    [Fact]
    public void A_snap_raster_moves_the_cells_onto_its_lines_and_the_raster_s_own_lines_move_nothing()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(100, 100);
        InferenceContext Snapped(double x, double y) => new() { SnapRaster = Save(folder, new GeoTransform(x, y, 0.5, -0.5), 32618) };

        Assert.Same(raster, RunGrid.View(raster, Snapped(499_900, 4_000_100)));
        using IRaster moved = RunGrid.View(raster, Snapped(499_900.2, 4_000_100.1));
        Assert.Equal(499_999.7, moved.Transform.OriginX, 1e-6);
        Assert.Equal(4_000_000.1, moved.Transform.OriginY, 1e-6);
        Assert.Equal((101, 101), (moved.Width, moved.Height));
    }

    [Theory]
    [InlineData(4326, false, "EPSG:4326")]
    [InlineData(32618, true, "rotated")]
    public void A_snap_raster_without_lines_in_the_run_s_system_is_refused(int epsg, bool isRotated, string message)
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(100, 100);
        string snap = Save(folder, isRotated ? new GeoTransform(0, 0, 0.4, -0.4, 0.3, 0.3) : new GeoTransform(0, 0, 1, -1), epsg);

        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => RunGrid.View(raster, new InferenceContext { SnapRaster = snap }));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4326)]
    [InlineData(3857)]
    [InlineData(32617)]
    public void Another_system_keeps_the_ground_that_a_pixel_covers(int epsg)
    {
        using MemoryRaster raster = new(100, 100);
        using IRaster view = RunGrid.View(raster, new InferenceContext { OutReference = CoordinateSystems.FromEpsg(epsg) });
        GroundSize own = PixelGround.Of(raster).Metres!.Value;
        GroundSize cells = PixelGround.Of(view).Metres!.Value;

        Assert.Equal(epsg, view.SpatialReference!.Epsg);

        // The scale of a transverse Mercator away from its meridian is not part of what a metre is taken for.
        Assert.InRange(cells.X / own.X, 0.99, 1.01);
        Assert.InRange(cells.Y / own.Y, 0.99, 1.01);
    }

    [Fact]
    public void A_raster_without_a_place_cannot_be_resampled_by_map_units()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.png");
        ImageWriter.Write(LocalFileSystem.Instance, path, ChipFormat.PNG, new RasterImage(4, 4, 1, SampleType.UInt8, new byte[16]), GeoTransform.Pixels, null, null);
        File.Delete(folder.PathOf("a.pgw"));
        using IRaster raster = RasterFile.Open(path);
        Assert.False(raster.IsGeoreferenced);

        Assert.Contains("no georeference", Assert.Throws<LearnArgumentException>(() => RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(2, 2) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_so_small_that_their_tiles_cannot_be_counted_are_refused()
    {
        using MemoryRaster raster = new(1000, 1000);
        using IRaster view = RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(1e-5, 1e-5) });

        Assert.Contains("cellSize", Assert.Throws<LearnArgumentException>(() => new TileGrid(view.Width, view.Height, Chip, 16)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.37, null)]
    [InlineData(0.9, null)]
    [InlineData(0.5, 3857)]
    [InlineData(0.5, 32617)]
    public void A_run_in_other_cells_does_not_depend_on_threads_and_its_parts_are_those_of_the_whole(double cell, int? epsg)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 3);
        using IRaster view = RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(cell, cell), OutReference = epsg is int code ? CoordinateSystems.FromEpsg(code) : null });
        Assert.IsType<GridRaster>(view);
        using BlobBackend backend = new(Chip);
        DetectionRunResult whole = DetectionEngine.Run(new DetectionRunOptions { Padding = 12 }, view, backend);
        Assert.True(whole.Detections.Count > 100);

        foreach ((int workers, int readers) in new[] { (2, 2), (4, 3) })
        {
            Assert.Equal(whole.Detections, DetectionEngine.Run(new DetectionRunOptions { Padding = 12, Workers = workers, Readers = readers, Buffers = 1 }, view, backend).Detections);
        }

        (double x, double y) = view.Transform.ToMap(view.Width / 3.0, view.Height / 1.5);
        GeoExtent extent = new(x, y, x + (50 * cell), y + (40 * cell));
        DetectionRunResult part = DetectionEngine.Run(new DetectionRunOptions { Padding = 12, Extent = extent }, view, backend);
        Assert.Equal(whole.Detections.Where(found => DetectionEngine.Counts(new DetectionRunOptions { Extent = extent }, view.Transform, found)), part.Detections);
        Assert.NotEmpty(part.Detections);
        Assert.True(part.Tiles < whole.Tiles);
    }

    [Fact]
    public void Tiles_of_another_system_that_the_raster_does_not_reach_are_skipped()
    {
        // Two zones away the grid turns against the raster, so that its corners are empty.
        using MemoryRaster raster = DetectionEngineTests.Scene(1500, 1500, seed: 3);
        using IRaster view = RunGrid.View(raster, new InferenceContext { OutReference = CoordinateSystems.FromEpsg(32615) });
        using BlobBackend backend = new(Chip);

        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions { Padding = 4 }, view, backend);

        Assert.True(result.SkippedTiles > 20, $"{result.SkippedTiles} of {result.Tiles + result.SkippedTiles}");
    }

    [Fact]
    public void Another_grid_is_another_run_by_name_and_not_another_raster()
    {
        using TemporaryFolder folder = new();
        string path = Save(folder, new GeoTransform(500_000, 4_000_000, 0.5, -0.5), 32618);
        RunIdentity Of(double? cell)
        {
            using IRaster raster = RunGrid.View(RasterFile.Open(path), new InferenceContext { CellSize = cell is double size ? new CellSize(size, size) : null });
            return DetectionIdentity.Of(raster, "model", "Cpu", ModelArguments.Parse(null, Chip), new DetectionRunOptions(), 8, LearnPrecision.Float32, LocalFileSystem.Instance);
        }

        Assert.Null(Of(1).Difference(Of(1)));
        Assert.Equal("grid: the raster's own then, 5 by 5 cells of 1 by 1 from 500000, 4000000 in EPSG:32618 now; resampling: none then, Bilinear now", Of(1).Difference(Of(null)));
        Assert.StartsWith("grid: 3 by 3 cells of 2 by 2", Of(1).Difference(Of(2)), StringComparison.Ordinal);
    }

    private static string Save(TemporaryFolder folder, GeoTransform transform, int epsg)
    {
        string path = folder.PathOf(Guid.NewGuid().ToString("N") + ".tif");
        ImageWriter.Write(LocalFileSystem.Instance, path, ChipFormat.TIFF, new RasterImage(10, 10, 1, SampleType.UInt8, new byte[100]), transform, CoordinateSystems.FromEpsg(epsg), null);
        return path;
    }
}
