using System.Collections;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Writing;
using ArcLearn.Tests.Unit.TestSupport;
using static ArcLearn.Tests.Unit.Inference.PixelScene;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class PixelJobTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_classified_planned_and_split()
    {
        string scene = Write("scene.tif", 300, 260);
        FormulaModel model = new();
        PixelRequest request = new() { Raster = scene, Output = _folder.PathOf("map.tif"), HasProbabilities = true, Merge = MergePolicy.Mean, ModelArguments = new Hashtable { ["padding"] = 12, ["batch_size"] = 3 } };
        List<string> told = [];
        List<InferenceProgress> progress = [];

        InferencePlan plan = PixelJob.Plan(request, model, told.Add, CancellationToken.None);
        Assert.Equal(["scene.tif"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName));
        PixelJob.Check(request, model.Pixels, told.Add);
        ImageryLayerItem map = PixelJob.Run(request, model, progress.Add, told.Add, CancellationToken.None, inform: told.Add);

        Assert.Equal((plan.Tiles, plan.GridTiles, 12, 3), (map.Tiles, map.Tiles, plan.Padding, plan.BatchSize));
        Assert.True(plan is { DiskBytes: > 0, MegapixelsPerSecond: > 0, Detections: 0 } && plan.MemoryBytes > 32L << 20);
        Assert.Equal(progress[^1].Tiles, progress[^1].Done);
        Assert.True(map.Duration > TimeSpan.Zero);
        Assert.Contains(told, text => text.Contains("Writing", StringComparison.Ordinal));
        byte[] whole = File.ReadAllBytes(map.Path);
        LearnShard[] shards = [.. Enumerable.Range(1, 2).Select(index => PixelJob.RunShard(request with { Force = true, Shard = new ShardNumber(index, 2) }, model, null, null, CancellationToken.None))];
        _ = ShardMerge.Run(new ShardMergeRequest { Shards = [.. shards.Select(shard => shard.Path)], Force = true }, null, CancellationToken.None);
        Assert.Equal(whole, File.ReadAllBytes(map.Path));
        Assert.All(OutputVerification.RunRaster(map.Path, scene, [], () => "F0", CancellationToken.None).Checks, check => Assert.Equal(OutputCheckResult.Passed, check.Result));
    }

    [Fact]
    public void Tiles_of_another_size_give_the_same_classes_where_borders_do_not_err()
    {
        string scene = Write("scene.tif", 300, 260);
        FormulaModel model = new();
        ImageryLayerItem small = PixelJob.Run(new PixelRequest { Raster = scene, Output = _folder.PathOf("small.tif") }, model, null, null, CancellationToken.None);
        ImageryLayerItem large = PixelJob.Run(
            new PixelRequest { Raster = scene, Output = _folder.PathOf("large.tif"), ModelArguments = new Hashtable { ["tile_size"] = "128" } }, model, null, null, CancellationToken.None);

        Assert.Equal(128, model.ChipSize);
        Assert.True(large.Tiles < small.Tiles);
        double[] a = Values(small.Path);
        double[] b = Values(large.Path);
        Assert.All(Enumerable.Range(0, a.Length).Where(i => i % 300 is >= 3 and < 297 && i / 300 is >= 3 and < 257), i => Assert.Equal(a[i], b[i]));
    }

    [Fact]
    public void A_model_that_never_learnt_background_gives_none()
    {
        ImageryLayerItem map = PixelJob.Run(new PixelRequest { Raster = Write("scene.tif", 100, 90), Output = _folder.PathOf("map.tif") }, new FormulaModel { HasBackground = false }, null, null, CancellationToken.None);
        Assert.Equal(["water", "forest", "town"], map.Classes.Select(known => known.Name));
        Assert.DoesNotContain(0.0, Values(map.Path));
    }

    [Theory]
    [InlineData("tile_size", 100, "multiple of 32")]
    [InlineData("padding", 32, "padding")]
    [InlineData("padding", -1, "padding")]
    [InlineData("threshold", 0.5, "predict_background")]
    [InlineData("predict_background", "perhaps", "true or false")]
    [InlineData("batch_size", 0, "batch_size")]
    [InlineData("tile_size", 8192, "batch_size of 8")]
    public void Arguments_that_make_no_sense_are_named(string name, object value, string message)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => Check(new() { ModelArguments = new Hashtable { [name] = value }, Raster = Write("scene.tif", 100, 90), Output = _folder.PathOf("map.tif") }));
        Assert.Equal("ModelArguments", error.Parameter);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rasters_that_the_model_does_not_know_are_refused_and_nothing_is_written()
    {
        string scene = Write("scene.tif", 100, 90);
        string[] before = Directory.GetFiles(_folder.Root);
        ModelInput fits = new FormulaModel().Input;
        PixelRequest request = new() { Raster = scene, Output = _folder.PathOf("map.tif") };

        Assert.Equal("BandMismatch", Assert.Throws<LearnDataException>(() => Check(request, fits with { Bands = 3 })).Id);
        Assert.Equal("SampleTypeMismatch", Assert.Throws<LearnDataException>(() => Check(request, fits with { SampleType = SampleType.UInt16 })).Id);
        Assert.Equal("ClassValueRange", Assert.Throws<LearnDataException>(() => Check(request, fits, new ClassDefinition(-2, "below", [1, 2, 3]))).Id);
        Assert.Equal("OutputName", Assert.Throws<LearnArgumentException>(() => Check(request with { Output = scene, Force = true })).Parameter);
        Assert.Equal("ExtentOutside", Assert.Throws<LearnDataException>(() => Check(request with { Context = InferenceContext.Parse(new Hashtable { ["extent"] = "1,2,3,4" }) })).Id);
        Assert.Equal(before, Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void The_raster_itself_is_no_output_by_whatever_name()
    {
        string scene = Write("scene.tif", 100, 90);
        _ = Directory.CreateSymbolicLink(_folder.PathOf("linked"), _folder.Root);
        _ = File.CreateSymbolicLink(_folder.PathOf("link.tif"), "scene.tif");
        PixelRequest request = new() { Raster = scene, Output = _folder.PathOf("map.tif"), Force = true };
        Assert.Equal("OutputName", Assert.Throws<LearnArgumentException>(() => Check(request with { Output = _folder.PathOf("linked", "scene.tif") })).Parameter);
        Assert.Equal("OutputName", Assert.Throws<LearnArgumentException>(() => Check(request with { Raster = _folder.PathOf("link.tif"), Output = scene })).Parameter);
        Assert.Equal(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS(), FilePlace.IsSame(scene, _folder.PathOf("SCENE.tif")));

        string[] shards = [.. Enumerable.Range(1, 2).Select(index => PixelJob.RunShard(request with { Shard = new ShardNumber(index, 2) }, new FormulaModel(), null, null, CancellationToken.None).Path)];
        byte[] before = File.ReadAllBytes(scene);
        ShardMergeRequest merge = new() { Shards = shards, Output = _folder.PathOf("link.tif"), Force = true };
        Assert.Equal("OutputName", Assert.Throws<LearnArgumentException>(() => ShardMerge.Check(merge)).Parameter);
        Assert.Equal("OutputName", Assert.Throws<LearnArgumentException>(() => ShardMerge.Run(merge with { Output = scene }, null, CancellationToken.None)).Parameter);
        Assert.Equal(before, File.ReadAllBytes(scene));
    }

    [Fact]
    public void A_mean_over_a_wide_raster_needs_memory_that_a_limit_must_allow()
    {
        string scene = Write("scene.tif", 9000, 70);
        PixelRequest request = new() { Raster = scene, Output = _folder.PathOf("map.tif"), MemoryLimit = 45L << 20 };
        Assert.Equal("MemoryLimitTooSmall", Assert.Throws<LearnArgumentException>(() => PixelJob.Run(request with { Merge = MergePolicy.Mean }, new FormulaModel(), null, null, CancellationToken.None)).Id);
        Assert.True(PixelJob.Run(request, new FormulaModel(), null, null, CancellationToken.None).Tiles > 200);
    }

    private static void Check(PixelRequest request, ModelInput? input = null, params ClassDefinition[] classes)
    {
        PixelInput fits = new FormulaModel().Pixels;
        PixelJob.Check(request, fits with { Samples = input ?? fits.Samples, Classes = classes.Length > 0 ? classes : fits.Classes }, warn: null);
    }

    private string Write(string name, int width, int height)
    {
        using MemoryRaster raster = Make(width, height, seed: 1);
        string path = _folder.PathOf(name);
        using CogWriter writer = new(LocalFileSystem.Instance, path, new RasterWriteOptions(width, height, [RasterBand.Plain], SampleType.UInt8) { Transform = raster.Transform, SpatialReference = raster.SpatialReference });
        byte[] samples = new byte[width * height];
        raster.Read(new PixelWindow(0, 0, width, height), [0], samples.AsSpan(), (byte)0);
        writer.WriteRows(height, samples);
        writer.Complete();
        return path;
    }
}
