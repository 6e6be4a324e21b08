using ArcLearn.Benchmarks.Speed;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>One search of a raster as Invoke-DetectObjects does it: budget, journal, merging, layer.</summary>
internal static class EngineRun
{
    public const int Chip = 224;
    public const int Batch = 8;

    public static SpeedCase Case { get; } = new("ssd", "resnet34", Chip, Batch, [4, 2, 1], 2, Environment.ProcessorCount);

    /// <summary>A detector with weights from chance.</summary>
    public static SsdEngine Detector() => SsdEngine.Create(
        new LearnDataBunch(new ReadyBoxes(Case, 1)),
        new SsdOptions { Backbone = Case.Backbone, ChipSize = Chip, Classes = Case.Classes, Grids = Case.Grids, Zooms = [0.7, 1.0, 1.3], Ratios = [new(1, 1), new(1, 0.5), new(0.5, 1)] },
        backboneWeights: null,
        pretrainedPath: null,
        LearnDevice.Cpu,
        seed: 1);

    /// <returns>Tiles and features.</returns>
    public static (int Tiles, int Features) Search(string path, IDetectionBackend backend, long? limit, string output)
    {
        SsdOptions options = new() { Backbone = Case.Backbone, ChipSize = Chip, Classes = Case.Classes };
        BlockCache cache = RasterFile.NewCache();
        using IRaster open = RasterFile.Open(path, files: null, cache);
        MemoryBudget budget = MemoryBudget.Fit(MemoryNeeds.Of(open, options, Chip, Batch, Environment.ProcessorCount, backend.BytesPerReplica), limit);
        cache.Limit(budget.CacheBytes);
        DetectionRunOptions run = new() { Workers = budget.Workers, Readers = budget.Readers, Buffers = budget.Buffers, RunNms = true, MaxOverlapRatio = 0.3 };
        DetectionLayer layer = new(output, force: true, LocalFileSystem.Instance);
        using JournaledRun journaled = new(run, open, backend, new RunIdentity([new("run", "benchmark")]), layer.Journal, force: true, model: "benchmark", output: output);
        JournaledResult result = journaled.Search(progress: null, CancellationToken.None);
        cache.Clear();
        return (result.Tiles, journaled.Finish(layer, result, CancellationToken.None).Features);
    }
}
