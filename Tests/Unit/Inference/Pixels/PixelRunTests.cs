using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using static ArcLearn.Tests.Unit.Inference.PixelScene;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class PixelRunTests : IDisposable
{
    private static readonly ClassCodes s_codes = new(new FormulaBackend(Chip).Classes, hasBackground: true);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(300, 200, 16, null)]
    [InlineData(300, 200, 4, null)]
    [InlineData(421, 333, 20, 10.0)]
    [InlineData(40, 30, 16, null)]
    [InlineData(64, 64, 30, 10.0)]
    public void Every_pixel_has_the_value_of_its_class(int width, int height, int padding, double? noData)
    {
        using MemoryRaster raster = Make(width, height, seed: 1, noData);
        raster.Fill(new PixelWindow(5, 5, 90, 90), 10);
        using FormulaBackend backend = new(Chip);
        string output = _folder.PathOf("map.tif");

        ImageryLayerItem map = Run(new PixelRunOptions { Padding = padding }, raster, backend, output);

        // Errors at a chip's border lie in the padding, but for the raster's own borders.
        double[] expected = PixelReference.Classify(raster, backend, padding, MergePolicy.None);
        Assert.Equal(expected, Values(output));
        double[] exact = Expected(raster, s_codes);
        Assert.All(Enumerable.Range(0, width * height).Where(i => Math.Min(i % width, i / width) >= 3 && i % width < width - 3 && i / width < height - 3), i => Assert.Equal(exact[i], expected[i]));
        Assert.Equal((width, height, SampleType.UInt8, 255), (map.Width, map.Height, map.SampleType, map.NoData));
        Assert.Equal(expected.LongCount(value => value == 255), map.NoDataPixels);
        Assert.Equal([0, 1, 7, 40], map.Classes.Select(known => known.Value));
        Assert.Equal(["Background", "water", "forest", "town"], map.Classes.Select(known => known.Name));
        Assert.All(map.Classes, known => Assert.Equal((expected.LongCount(value => value == known.Value), known.Pixels * 0.25), (known.Pixels, known.Area)));
        Assert.Equal(["map.tif", "map.tif.aux.xml", "map.tif.vat.cpg", "map.tif.vat.dbf"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(300, 200, 16, null)]
    [InlineData(300, 200, 25, 10.0)]
    [InlineData(200, 333, 5, 10.0)]
    [InlineData(130, 100, 0, null)]
    [InlineData(40, 30, 16, null)]
    public void Mean_is_the_class_with_the_greatest_mean_probability_of_all_tiles_that_see_a_pixel(int width, int height, int padding, double? noData)
    {
        using MemoryRaster raster = Make(width, height, seed: 1, noData);
        raster.Fill(new PixelWindow(5, 5, 120, 110), 10);
        using FormulaBackend backend = new(Chip) { Edge = 12 };
        double[][] shares = [.. Enumerable.Range(0, 4).Select(_ => new double[width * height])];
        double[] expected = PixelReference.Classify(raster, backend, padding, MergePolicy.Mean, shares: shares);

        ImageryLayerItem map = Run(new PixelRunOptions { Padding = padding, Merge = MergePolicy.Mean, HasProbabilities = true, Workers = 2 }, raster, backend, _folder.PathOf("map.tif"));

        Assert.Equal(expected, Values(_folder.PathOf("map.tif")));
        if (padding > 12 && width > Chip)
        {
            Assert.NotEqual(PixelReference.Classify(raster, backend, padding, MergePolicy.None), expected);
        }

        for (int band = 0; band < 4; band++)
        {
            double[] found = Values(map.ProbabilityPath!, band);
            Assert.All(Enumerable.Range(0, found.Length), i => Assert.True(expected[i] == 255 ? found[i] == 255 : Math.Abs(found[i] - (100 * shares[band][i])) < 0.51, $"{i}: {found[i]} {shares[band][i]}"));
        }
    }

    [Theory]
    [InlineData(MergePolicy.None)]
    [InlineData(MergePolicy.Mean)]
    public void The_bytes_depend_neither_on_threads_nor_on_batches_in_flight_nor_on_the_batch(MergePolicy merge)
    {
        using MemoryRaster raster = Make(420, 390, seed: 2, noData: 10);
        raster.Fill(new PixelWindow(100, 100, 150, 180), 10);
        PixelRunOptions options = new() { Merge = merge, HasProbabilities = true };
        (byte[] Map, byte[] Shares)? first = null;
        foreach ((int workers, int readers, int buffers, int batch) in new[] { (1, 1, 1, 2), (3, 2, 0, 4), (2, 3, 7, 5), (1, 1, 2, 64) })
        {
            using FormulaBackend backend = new(Chip, batch);
            Run(options with { Workers = workers, Readers = readers, Buffers = buffers }, raster, backend, _folder.PathOf("map.tif"), force: true);
            (byte[], byte[]) found = (Bytes(_folder, "map.tif"), Bytes(_folder, "map_probabilities.tif"));
            first ??= found;
            Assert.Equal(first.Value.Map, found.Item1);
            Assert.Equal(first.Value.Shares, found.Item2);
        }
    }

    [Theory]
    [InlineData(MergePolicy.None, 1)]
    [InlineData(MergePolicy.None, 3)]
    [InlineData(MergePolicy.Mean, 2)]
    public void A_run_that_is_cancelled_again_and_again_ends_with_the_same_bytes(MergePolicy merge, int workers)
    {
        using MemoryRaster raster = Make(520, 700, seed: 3, noData: 10);
        PixelRunOptions options = new() { Merge = merge, Workers = workers, Readers = 2, HasProbabilities = true };
        using FormulaBackend whole = new(Chip);
        ImageryLayerItem expected = Run(options, raster, whole, _folder.PathOf("whole.tif"));
        Random random = new(workers);
        int resumed = 0;
        for (int attempt = 0; ; attempt++)
        {
            using CancellationTokenSource stop = new();
            int left = random.Next(8, 30);
            using FormulaBackend backend = new(Chip) { OnScore = _ => { if (Interlocked.Decrement(ref left) == 0 && attempt < 20) { stop.Cancel(); } } };
            try
            {
                ImageryLayerItem map = Run(options, raster, backend, _folder.PathOf("map.tif"), cancel: stop.Token);
                Assert.Equal((expected.Tiles, expected.SkippedTiles, resumed), (map.Tiles, map.SkippedTiles, map.ResumedTiles));
                Assert.Equal(expected.Classes.Select(known => known.Pixels), map.Classes.Select(known => known.Pixels));
                break;
            }
            catch (OperationCanceledException)
            {
                using PixelJournal journal = PixelJournal.Open(_folder.PathOf("map.tif.journal"), LocalFileSystem.Instance);
                Assert.InRange(journal.Finished, resumed, expected.Tiles + expected.SkippedTiles);
                resumed = journal.Finished;
                Assert.False(File.Exists(_folder.PathOf("map.tif")));
            }
        }

        Assert.True(resumed > 0);
        Assert.Equal(Bytes(_folder, "whole.tif"), Bytes(_folder, "map.tif"));
        Assert.Equal(Bytes(_folder, "whole_probabilities.tif"), Bytes(_folder, "map_probabilities.tif"));
        Assert.Equal(Bytes(_folder, "whole.tif.aux.xml"), Bytes(_folder, "map.tif.aux.xml"));
        Assert.Equal(10, Directory.GetFiles(_folder.Root).Length);
    }

    [Theory]
    [InlineData(MergePolicy.None, 1)]
    [InlineData(MergePolicy.None, 5)]
    [InlineData(MergePolicy.Mean, 3)]
    [InlineData(MergePolicy.Mean, 30)]
    public void Shards_merge_to_the_bytes_of_the_whole(MergePolicy merge, int count)
    {
        using MemoryRaster raster = Make(330, 520, seed: 4, noData: 10);
        using FormulaBackend backend = new(Chip);
        PixelRunOptions options = new() { Merge = merge, Workers = 2, HasProbabilities = true };
        Directory.CreateDirectory(_folder.PathOf("whole"));
        ImageryLayerItem expected = Run(options, raster, backend, _folder.PathOf("whole", "map.tif"));

        string[] shards = [.. Enumerable.Range(1, count).Select(index => RunShard(options with { Shard = new ShardNumber(index, count) }, raster, backend, _folder.PathOf("map.tif")))];
        Random.Shared.Shuffle(shards);
        ImageryLayerItem merged = (ImageryLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, CancellationToken.None);

        Assert.Equal(_folder.PathOf("map.tif"), merged.Path);
        foreach (string name in new[] { "map.tif", "map_probabilities.tif", "map.tif.aux.xml", "map.tif.vat.dbf", "map.tif.vat.cpg" })
        {
            Assert.Equal(File.ReadAllBytes(_folder.PathOf("whole", name)), Bytes(_folder, name));
        }

        Assert.Equal((expected.Tiles, expected.SkippedTiles, expected.NoDataPixels), (merged.Tiles, merged.SkippedTiles, merged.NoDataPixels));
        Assert.Equal(expected.Classes.Select(known => (known.Value, known.Pixels, known.Area)), merged.Classes.Select(known => (known.Value, known.Pixels, known.Area)));
    }

    [Theory]
    [InlineData(MergePolicy.None, 16)]
    [InlineData(MergePolicy.Mean, 16)]
    [InlineData(MergePolicy.Mean, 25)]
    public void A_part_is_that_part_of_the_whole(MergePolicy merge, int padding)
    {
        using MemoryRaster raster = Make(300, 280, seed: 5);
        using FormulaBackend backend = new(Chip);
        PixelRunOptions options = new() { Merge = merge, Padding = padding };
        Run(options, raster, backend, _folder.PathOf("whole.tif"));

        // From the middle of a cell to the middle of another.
        (double left, double top) = raster.Transform.ToMap(70.5, 41.5);
        (double right, double bottom) = raster.Transform.ToMap(203.5, 190.5);
        ImageryLayerItem map = Run(options with { Extent = new GeoExtent(left, bottom, right, top) }, raster, backend, _folder.PathOf("part.tif"));

        Assert.Equal((134, 150), (map.Width, map.Height));
        double[] whole = Values(_folder.PathOf("whole.tif"));
        double[] expected = [.. Enumerable.Range(0, 134 * 150).Select(i => whole[((41 + (i / 134)) * 300) + 70 + (i % 134)])];
        Assert.Equal(expected, Values(_folder.PathOf("part.tif")));
        using IRaster part = RasterFile.Open(_folder.PathOf("part.tif"));
        Assert.Equal(raster.Transform.Shift(70, 41), part.Transform);
    }

    [Theory]
    [InlineData(MergePolicy.None)]
    [InlineData(MergePolicy.Mean)]
    public void Pixels_outside_the_mask_are_nodata_and_those_inside_as_in_the_whole(MergePolicy merge)
    {
        using MemoryRaster raster = Make(300, 280, seed: 6);
        using FormulaBackend backend = new(Chip);
        PixelRunOptions options = new() { Merge = merge, HasProbabilities = true };
        Run(options, raster, backend, _folder.PathOf("whole.tif"));
        (double x, double y) = raster.Transform.ToMap(20.2, 10.2);
        (double right, double bottom) = raster.Transform.ToMap(150.3, 160.3);
        Geometry triangle = new WKTReader().Read(FormattableString.Invariant($"POLYGON (({x} {y}, {right} {y}, {x} {bottom}, {x} {y}))"));

        ImageryLayerItem map = Run(options with { Mask = new SearchMask(triangle, "mask.geojson") }, raster, backend, _folder.PathOf("map.tif"));

        double[] whole = Values(_folder.PathOf("whole.tif"));
        double[] expected = [.. whole.Select((value, i) =>
        {
            (double px, double py) = raster.Transform.ToMap((i % 300) + 0.5, (i / 300) + 0.5);
            return triangle.Contains(new Point(px, py)) ? value : 255;
        })];
        Assert.Equal(expected, Values(_folder.PathOf("map.tif")));
        Assert.True(map is { MaskedTiles: > 10, Tiles: > 5 });
        double[] shares = Values(_folder.PathOf("map_probabilities.tif"), band: 2);
        Assert.Equal(expected.Select(value => value == 255), shares.Select(value => value == 255));
        string[] shards = [.. Enumerable.Range(1, 3).Select(index => RunShard(options with { Mask = new SearchMask(triangle, "mask.geojson"), Shard = new ShardNumber(index, 3) }, raster, backend, _folder.PathOf("split.tif")))];
        _ = ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, CancellationToken.None);
        Assert.Equal(Bytes(_folder, "map.tif"), Bytes(_folder, "split.tif"));
    }

    [Fact]
    public void A_raster_in_other_cells_is_classified_in_those()
    {
        using MemoryRaster raster = Make(200, 160, seed: 7);
        using FormulaBackend backend = new(Chip) { Edge = 0 };
        using IRaster view = RunGrid.View(raster, new InferenceContext { CellSize = new CellSize(1, 1) });
        ImageryLayerItem map = Run(new PixelRunOptions(), view, backend, _folder.PathOf("map.tif"));

        Assert.Equal((100, 80), (map.Width, map.Height));
        float[] cells = new float[100 * 80];
        view.Read(new PixelWindow(0, 0, 100, 80), [0], cells.AsSpan(), 0f);
        Assert.Equal(cells.Select(value => (double)s_codes.Values[(int)value % 4]), Values(_folder.PathOf("map.tif")));
        Assert.Equal(8000, map.Classes.Sum(known => known.Area!.Value));
    }

    [Fact]
    public void Areas_follow_the_latitude()
    {
        MemoryRaster raster = new(64, 400) { Transform = new GeoTransform(10, 60, 0.01, -0.01), SpatialReference = new SpatialReference("WGS 84", 4326, null) };
        using FormulaBackend backend = new(Chip) { Edge = 0 };
        raster.Fill(new PixelWindow(0, 0, 64, 200), 1);
        raster.Fill(new PixelWindow(0, 200, 64, 200), 2);
        ImageryLayerItem map = Run(new PixelRunOptions(), raster, backend, _folder.PathOf("map.tif"));

        // The area between two parallels of an ellipsoid (Snyder, Map Projections: A Working Manual, 1987, equation 3-12).
        const double Axis = 6378137;
        const double E2 = 0.00669437999014;
        double Band(double south, double north) => Axis * Axis * 0.64 * Math.PI / 180 * (Half(north) - Half(south)) / 2;
        double Half(double latitude)
        {
            (double e, double sine) = (Math.Sqrt(E2), Math.Sin(latitude * Math.PI / 180));
            return (1 - E2) * ((sine / (1 - (E2 * sine * sine))) - (Math.Log((1 - (e * sine)) / (1 + (e * sine))) / (2 * e)));
        }

        Assert.InRange(map.Classes[1].Area!.Value / Band(58, 60), 0.99999, 1.00001);
        Assert.InRange(map.Classes[2].Area!.Value / Band(56, 58), 0.99999, 1.00001);
        Assert.Equal(map.Classes[1].Pixels, map.Classes[2].Pixels);
    }

    [Fact]
    public void Without_background_each_pixel_gets_the_best_class()
    {
        using MemoryRaster raster = Make(130, 90, seed: 8);
        using FormulaBackend backend = new(Chip) { Edge = 0 };
        ImageryLayerItem map = Run(new PixelRunOptions { PredictBackground = false, HasProbabilities = true }, raster, backend, _folder.PathOf("map.tif"));

        double[] values = Values(_folder.PathOf("map.tif"));
        Assert.Equal(Expected(raster, s_codes).Select(value => value == 0 ? 1 : value), values);
        Assert.Equal(["water", "forest", "town"], map.Classes.Select(known => known.Name));
        using IRaster shares = RasterFile.Open(map.ProbabilityPath!);
        Assert.Equal(["water", "forest", "town"], shares.BandInfo.Select(band => band.Name));
        double[][] percents = [.. Enumerable.Range(0, 3).Select(band => Values(map.ProbabilityPath!, band))];
        Assert.All(values.Select((_, i) => percents.Sum(band => band[i])), sum => Assert.InRange(sum, 98, 102));
    }

    [Fact]
    public void Tiles_that_cannot_be_read_are_holes_and_mended_by_the_next_run()
    {
        foreach (MergePolicy merge in Enum.GetValues<MergePolicy>())
        {
            using MemoryRaster raster = Make(300, 280, seed: 9);
            using FormulaBackend backend = new(Chip);
            PixelRunOptions options = new() { Merge = merge, ListBadTiles = true };
            Run(options, raster, backend, _folder.PathOf("whole.tif"), force: true);
            raster.OnRead = window => _ = window is { Column: 64, Row: 96 } ? throw new IOException("bad sector") : 0;
            PixelOutput place = new(_folder.PathOf($"{merge}.tif"), force: false, LocalFileSystem.Instance, hasProbabilities: false);
            using (PixelRun run = Begin(options, raster, backend, place))
            {
                Assert.Equal("bad sector", Assert.Single(run.Search(null, CancellationToken.None).Failed).Reason);
            }

            // The journal stays: as after a kill before the finish.
            raster.OnRead = null;
            using (PixelRun run = Begin(options, raster, backend, place))
            {
                ImageryLayerItem map = run.Finish(place, run.Search(null, CancellationToken.None), CancellationToken.None);
                Assert.Equal(0, map.FailedTiles);

                // Where tiles share their probabilities, all from the first neighbour on are done again.
                Assert.Equal(merge == MergePolicy.Mean, map.ResumedTiles < map.Tiles);
            }

            Assert.Equal(Bytes(_folder, "whole.tif"), Bytes(_folder, $"{merge}.tif"));

            raster.OnRead = window => _ = window is { Column: 64, Row: 96 } ? throw new IOException("bad sector") : 0;
            ImageryLayerItem holed = Run(options, raster, backend, _folder.PathOf($"{merge}.holed.tif"));
            BadTile bad = Assert.Single(holed.BadTiles);
            double[] values = Values(holed.Path);
            Assert.Equal(bad.Width * bad.Height, values.Count(value => value == 255));
            Assert.Equal(255, values[(bad.Row * 300) + bad.Column]);
        }
    }

    [Fact]
    public void Tiles_beside_a_shard_that_cannot_be_read_are_told_and_mended_by_the_next_run()
    {
        using MemoryRaster raster = Make(300, 280, seed: 9);
        using FormulaBackend backend = new(Chip) { Edge = 12 };
        PixelRunOptions options = new() { Merge = MergePolicy.Mean, ListBadTiles = true, HasProbabilities = true };
        Run(options, raster, backend, _folder.PathOf("whole.tif"));
        PixelOutput place = new(_folder.PathOf("map.tif"), force: false, LocalFileSystem.Instance, hasProbabilities: true);
        Action<PixelWindow> broken = window => _ = window is { Column: 64, Row: 96 } ? throw new IOException("bad sector") : 0;
        JournaledResult Search(int index)
        {
            using PixelRun run = Begin(options with { Shard = new ShardNumber(index, 9) }, raster, backend, place);
            return run.Search(null, CancellationToken.None);
        }

        string Merge(string name, List<string> told)
        {
            string[] shards = [.. Enumerable.Range(1, 9).Select(index => place.ShardPath(new ShardNumber(index, 9)))];
            ImageryLayerItem map = (ImageryLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = shards, Output = _folder.PathOf(name) }, told.Add, CancellationToken.None);
            Assert.Equal(told.Count, map.FailedTiles);
            return name;
        }

        raster.OnRead = broken;
        JournaledResult[] results = [.. Enumerable.Range(1, 9).Select(Search)];
        Assert.Single(results, result => result.Failed.Count == 1);
        JournaledResult[] beside = [.. results.Where(result => result.FailedAround.Count > 0)];
        Assert.InRange(beside.Length, 2, 8);
        Assert.All(beside, result => Assert.Equal("bad sector", Assert.Single(result.FailedAround).Reason));
        ImageryLayerItem holed = Run(options, raster, backend, _folder.PathOf("holed.tif"));
        List<string> told = [];
        Assert.Equal(Bytes(_folder, "holed.tif"), Bytes(_folder, Merge("merged.holed.tif", told)));
        Assert.Equal(holed.FailedTiles, told.Count);

        // Only its own shard can read it now: the others' pixels lack its probabilities, which is told.
        raster.OnRead = null;
        int own = Array.FindIndex(results, result => result.Failed.Count == 1);
        Assert.Empty(Search(own + 1).Failed);
        told.Clear();
        _ = Merge("partly.tif", told);
        Assert.Contains("lack their probabilities", Assert.Single(told), StringComparison.Ordinal);

        Assert.All(Enumerable.Range(1, 9).Select(Search), result => Assert.Empty(result.Failed.Concat(result.FailedAround)));
        told.Clear();
        Assert.Equal(Bytes(_folder, "whole.tif"), Bytes(_folder, Merge("merged.tif", told)));
        Assert.Equal(Bytes(_folder, "whole_probabilities.tif"), Bytes(_folder, "merged_probabilities.tif"));
    }

    [Fact]
    public void A_full_disk_is_told_and_what_fitted_is_kept()
    {
        using MemoryRaster raster = Make(1200, 1400, seed: 10);
        Random random = new(1);
        for (int i = 0; i < 1200 * 1400; i++)
        {
            raster[0, i % 1200, i / 1200] = random.Next(200);
        }

        using FormulaBackend backend = new(Chip);
        PixelOutput place = new(_folder.PathOf("map.tif"), force: false, LocalFileSystem.Instance, hasProbabilities: false);
        IOException error = Assert.Throws<IOException>(() =>
        {
            using PixelRun run = Begin(new PixelRunOptions(), raster, backend, place, bytes: 400_000);
            _ = run.Search(null, CancellationToken.None);
        });
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Equal([place.Journal], Directory.GetFiles(_folder.Root));

        ImageryLayerItem map = Run(new PixelRunOptions(), raster, backend, place.Path);
        Run(new PixelRunOptions(), raster, backend, _folder.PathOf("whole.tif"));
        Assert.InRange(map.ResumedTiles, 1, map.Tiles - 1);
        Assert.Equal(Bytes(_folder, "whole.tif"), Bytes(_folder, "map.tif"));
    }

    [Fact]
    public void An_output_that_exists_stays_and_the_journal_too()
    {
        using MemoryRaster raster = Make(100, 100, seed: 11);
        using FormulaBackend backend = new(Chip);
        string output = _folder.PathOf("map.tif");
        File.WriteAllText(output, "mine");

        Assert.Throws<OutputExistsException>(() => Run(new PixelRunOptions(), raster, backend, output));
        Assert.Equal("mine", File.ReadAllText(output));
        ImageryLayerItem map = Run(new PixelRunOptions(), raster, backend, output, force: true);
        Assert.Equal(map.Tiles, map.ResumedTiles);
    }
}
