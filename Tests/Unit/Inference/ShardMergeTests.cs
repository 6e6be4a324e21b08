using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class ShardMergeTests : IDisposable
{
    private const int Chip = 64;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "gpkg", false)]
    [InlineData(2, "gpkg", true)]
    [InlineData(5, "gpkg", true)]
    [InlineData(5, "geojson", false)]
    [InlineData(40, "gpkg", true)]
    public void Shards_merge_to_the_bytes_of_the_whole(int count, string extension, bool runNms)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 3, noData: 10);
        DetectionRunOptions options = new() { RunNms = runNms, MaxOverlapRatio = 0.1, Workers = 2 };
        string whole = _folder.PathOf("whole", $"found.{extension}");
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        FeatureLayerItem expected = Finish(options, raster, whole);
        Assert.True(expected.Features > 50);

        string[] shards = [.. Enumerable.Range(1, count).Select(index => Search(options, raster, new ShardNumber(index, count), extension))];
        Random.Shared.Shuffle(shards);
        FeatureLayerItem merged = (FeatureLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, CancellationToken.None);

        Assert.Equal(_folder.PathOf($"found.{extension}"), merged.Path);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(merged.Path));
        Assert.Equal((expected.Tiles, expected.SkippedTiles, expected.Features), (merged.Tiles, merged.SkippedTiles, merged.Features));
        Assert.All(shards, shard => Assert.True(File.Exists(shard)));
        Assert.Equal(count + 1, Directory.GetFiles(_folder.Root).Length);
    }

    [Fact]
    public void Shards_within_a_mask_and_with_holes_merge_to_the_whole()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 3);
        raster.OnRead = window => _ = window is { Column: 64, Row: 96 } or { Column: 96, Row: 320 } ? throw new IOException("bad sector") : 0;
        (double x, double y) = raster.Transform.ToMap(0, 0);
        (double right, double bottom) = raster.Transform.ToMap(260, 640);
        Geometry triangle = new WKTReader().Read(FormattableString.Invariant($"POLYGON (({x} {y}, {right} {y}, {x} {bottom}, {x} {y}))"));
        DetectionRunOptions options = new() { Mask = new SearchMask(triangle, "mask.geojson"), ListBadTiles = true, RunNms = true, MaxOverlapRatio = 0.2 };
        string whole = _folder.PathOf("whole", "found.gpkg");
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        FeatureLayerItem expected = Finish(options, raster, whole);
        Assert.True(expected is { Features: > 20, MaskedTiles: > 20, FailedTiles: 2 });

        string[] shards = [.. Enumerable.Range(1, 4).Select(index => Search(options, raster, new ShardNumber(index, 4)))];
        FeatureLayerItem merged = (FeatureLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, CancellationToken.None);

        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(merged.Path));
        Assert.Equal((expected.Tiles, expected.MaskedTiles), (merged.Tiles, merged.MaskedTiles));
        Assert.Equal(expected.BadTiles, merged.BadTiles);
    }

    [Fact]
    public void A_merge_that_fails_leaves_the_shards_and_nothing_else()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 300, seed: 1);
        string[] shards = [.. Enumerable.Range(1, 2).Select(index => Search(new(), raster, new ShardNumber(index, 2)))];

        Assert.Throws<OperationCanceledException>(() => ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, new CancellationToken(canceled: true)));

        Assert.Equal(shards.Order(), Directory.GetFiles(_folder.Root).Order());
        Assert.True(((FeatureLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, CancellationToken.None)).Features > 0);
    }

    [Fact]
    public void A_damaged_shard_says_how_to_do_it_anew()
    {
        string path = _folder.PathOf("found.gpkg.shard-1-of-2");
        File.WriteAllText(path, "not a database, but text that is longer than the hundred bytes of a header, so that it is looked at as one");

        Assert.Contains("with its -Shard and -Force", Refused("JournalDamaged", path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_journal_of_a_whole_run_is_no_shard()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 300, seed: 1);
        string first = Search(new(), raster, new ShardNumber(1, 2));
        string whole = _folder.PathOf("whole.journal");
        using (BlobBackend backend = new(Chip))
        using (JournaledRun run = new(new DetectionRunOptions(), raster, backend, Identity(), whole, force: false))
        {
            _ = run.Search(progress: null, CancellationToken.None);
        }

        Assert.Contains("a whole run", Refused("ShardMismatch", first, whole), StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_are_grouped_by_their_run_across_folders_unless_two_runs_have_one_name()
    {
        Assert.Equal(["a/t.gpkg.shard-1-of-2 b/t.gpkg.shard-2-of-2", "a/u.gpkg.shard-1-of-1"], Groups("a/t.gpkg.shard-1-of-2", "a/u.gpkg.shard-1-of-1", "b/t.gpkg.shard-2-of-2"));
        Assert.Equal(["a/t.gpkg.shard-1-of-1", "b/t.gpkg.shard-1-of-1"], Groups("a/t.gpkg.shard-1-of-1", "b/t.gpkg.shard-1-of-1"));
        Assert.False(DetectionLayer.IsShard("t.gpkg.shard-1-of-2-wal"));
        Assert.True(DetectionLayer.IsShard("t.gpkg.shard-1-of-2"));

        static string[] Groups(params string[] shards) => [.. DetectionLayer.GroupShards(shards).Select(group => string.Join(' ', group))];
    }

    [Fact]
    public void What_is_missing_or_given_twice_is_named()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 300, seed: 1);
        string[] shards = [.. Enumerable.Range(1, 3).Select(index => Search(new(), raster, new ShardNumber(index, 3)))];

        Assert.Contains("Missing is 2 of 3", Refused("ShardMissing", shards[0], shards[2]), StringComparison.Ordinal);
        Assert.Contains("more than once", Refused("ShardMissing", Copy(shards[0]), shards[0], shards[1], shards[2]), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("found.gpkg")));
    }

    [Fact]
    public void Shards_of_other_runs_are_refused_by_name()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 300, seed: 1);
        string first = Search(new(), raster, new ShardNumber(1, 2));

        string other = Search(new(), raster, new ShardNumber(2, 2), identity: Identity(threshold: "0.4"));
        Assert.Contains("threshold: 0.5 then, 0.4 now", Refused("ShardMismatch", first, other), StringComparison.Ordinal);

        string third = Search(new(), raster, new ShardNumber(2, 3));
        Assert.Contains("one of 2 shards then, one of 3 now", Refused("ShardMismatch", first, third), StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_of_another_processor_are_merged_where_that_is_allowed()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 300, seed: 1);
        string[] shards = [Search(new(), raster, new ShardNumber(1, 2)), Search(new(), raster, new ShardNumber(2, 2), identity: Identity(processor: "avx512"))];

        Assert.Contains("-AllowMixedRuntime", Refused("ShardMismatch", shards), StringComparison.Ordinal);
        FeatureLayerItem merged = (FeatureLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = shards, AllowMixedRuntime = true }, warn: null, CancellationToken.None);

        Assert.True(merged.Features > 0);
    }

    [Fact]
    public void An_unfinished_shard_is_refused_until_it_was_finished()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 1);
        string first = Search(new(), raster, new ShardNumber(1, 2));
        raster.OnRead = window => _ = window.Row > 700 ? throw new IOException("the disk went away") : 0;
        _ = Assert.Throws<LearnDataException>(() => Search(new(), raster, new ShardNumber(2, 2)));
        string second = _folder.PathOf("found.gpkg.shard-2-of-2");
        Assert.Contains("-Shard 2/2", Refused("ShardIncomplete", first, second), StringComparison.Ordinal);

        raster.OnRead = null;
        Assert.Equal(second, Search(new(), raster, new ShardNumber(2, 2)));
        FeatureLayerItem merged = (FeatureLayerItem)ShardMerge.Run(new ShardMergeRequest { Shards = [first, second] }, warn: null, CancellationToken.None);
        Assert.True(merged.Features > 0);
    }

    [Theory]
    [InlineData("2/5", 2, 5)]
    [InlineData(" 1 / 1 ", 1, 1)]
    public void A_shard_is_written_as_its_number_and_the_count(string text, int index, int count) =>
        Assert.Equal(new ShardNumber(index, count), ShardNumber.Parse(text));

    [Theory]
    [InlineData("0/5")]
    [InlineData("6/5")]
    [InlineData("1/0")]
    public void A_shard_that_cannot_be_is_refused(string text) => Assert.Throws<ArgumentException>(() => ShardNumber.Parse(text));

    [Theory]
    [InlineData("2")]
    [InlineData("a/b")]
    [InlineData("1/2/3")]
    public void A_text_that_is_no_shard_is_refused(string text) => Assert.Throws<FormatException>(() => ShardNumber.Parse(text));

    private static RunIdentity Identity(string threshold = "0.5", string processor = "avx2") => new([new("threshold", threshold), new("processor", processor)]);

    private string Refused(string id, params string[] shards)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => ShardMerge.Check(new ShardMergeRequest { Shards = shards }));
        Assert.Equal(id, error.Id);
        return error.Message;
    }

    private string Copy(string shard)
    {
        string copy = shard + ".copy";
        File.Copy(shard, copy);
        return copy;
    }

    private string Search(DetectionRunOptions options, MemoryRaster raster, ShardNumber shard, string extension = "gpkg", RunIdentity? identity = null)
    {
        string output = _folder.PathOf($"found.{extension}");
        string path = new DetectionLayer(output, force: false, LocalFileSystem.Instance).ShardPath(shard);
        using BlobBackend backend = new(Chip);
        using JournaledRun run = new(options with { Shard = shard }, raster, backend, identity ?? Identity(), path, force: false, model: "blobs", output: output);
        _ = run.Search(progress: null, CancellationToken.None);
        return path;
    }

    private static FeatureLayerItem Finish(DetectionRunOptions options, MemoryRaster raster, string output)
    {
        DetectionLayer layer = new(output, force: false, LocalFileSystem.Instance);
        using BlobBackend backend = new(Chip);
        using JournaledRun run = new(options, raster, backend, Identity(), layer.Journal, force: false, model: "blobs", output: output);
        return run.Finish(layer, run.Search(progress: null, CancellationToken.None), CancellationToken.None);
    }
}
