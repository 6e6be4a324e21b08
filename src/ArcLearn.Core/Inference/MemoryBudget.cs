using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a run's parts take, in bytes, and how many of them it would like.</summary>
/// <param name="Workers">Model replicas at most.</param>
/// <param name="ReplicaBytes">What one replica takes at its peak.</param>
/// <param name="BatchBytes">The samples of one batch.</param>
/// <param name="PassBytes">Decoded blocks that must be held for none to be decoded twice.</param>
/// <param name="WindowBytes">Decoded blocks under one tile: what a cache must hold at least.</param>
internal readonly record struct MemoryNeeds(int Workers, long ReplicaBytes, long BatchBytes, long PassBytes, long WindowBytes)
{
    /// <summary>What the run takes however few batches are in flight.</summary>
    public long FixedBytes { get; init; }

    /// <inheritdoc cref="Of(IRaster, int, int, int, int, int, long)"/>
    public static MemoryNeeds Of(IRaster raster, Models.SsdOptions model, int windowSide, int batchSize, int workers, long replicaBytes) =>
        Of(raster, model.Bands, model.ChipSize, windowSide, batchSize, workers, replicaBytes);

    /// <param name="raster">What is read.</param>
    /// <param name="bands">Bands that the model reads.</param>
    /// <param name="chipSize">Side of its chips.</param>
    /// <param name="windowSide">Pixels of the raster under a chip's side.</param>
    public static MemoryNeeds Of(IRaster raster, int bands, int chipSize, int windowSide, int batchSize, int workers, long replicaBytes)
    {
        long sample = raster.SampleType.Bytes();
        long blocks = ((windowSide / raster.BlockWidth) + 2L) * ((windowSide / raster.BlockHeight) + 2L);
        long rasterBytes = (long)raster.Width * raster.Height * raster.Bands * sample;
        return new MemoryNeeds(
            workers,
            replicaBytes,
            (long)batchSize * bands * chipSize * chipSize * sizeof(float),
            Math.Min(rasterBytes, RasterFile.PassBytes(raster.Width, raster.BlockHeight, raster.Bands, raster.SampleType)),
            Math.Min(rasterBytes, blocks * raster.BlockWidth * raster.BlockHeight * raster.Bands * sample));
    }
}

/// <summary>
/// How a run divides the memory that it may take. Where the limit is near, batches in flight go first, then blocks that would save a second decoding, then replicas.
/// The result of a run does not depend on it.
/// </summary>
/// <param name="Buffers">Batches that wait or are in a model at a time.</param>
/// <param name="CacheBytes">Decoded blocks to hold.</param>
/// <param name="Bytes">All of it.</param>
internal readonly record struct MemoryBudget(int Workers, int Readers, int Buffers, long CacheBytes, long Bytes)
{
    /// <summary>The journal's pages, results on their way to it, detections of the rows of tiles that are being merged.</summary>
    private const long JournalBytes = 32L << 20;

    private const double DefaultShare = 0.6;

    /// <summary>Bytes that a run takes at most where nobody limits it: a share of what is free.</summary>
    public static long DefaultLimit
    {
        get
        {
            GCMemoryInfo memory = GC.GetGCMemoryInfo(GCKind.Any);
            return (long)(DefaultShare * Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes));
        }
    }

    /// <param name="needs">What there is to divide between.</param>
    /// <param name="limit">Bytes; null for a share of what is free, and then never refused.</param>
    /// <exception cref="LearnArgumentException">MemoryLimitTooSmall: one tile at a time would take more.</exception>
    public static MemoryBudget Fit(in MemoryNeeds needs, long? limit)
    {
        long bytes = limit ?? DefaultLimit;
        long wanted = Math.Max(needs.WindowBytes, Math.Clamp(needs.PassBytes, RasterFile.DefaultCacheBytes, RasterFile.MaximumCacheBytes));
        long[] caches = [wanted, Math.Max(needs.WindowBytes, Math.Min(wanted, RasterFile.DefaultCacheBytes)), needs.WindowBytes];
        for (int workers = needs.Workers; workers > 0; workers--)
        {
            foreach (long cache in caches)
            {
                for (int buffers = PipelineSize.Usual(workers); buffers >= workers; buffers--)
                {
                    MemoryBudget budget = Of(needs, workers, buffers, cache);
                    if (budget.Bytes <= bytes)
                    {
                        return budget;
                    }
                }
            }
        }

        MemoryBudget least = Of(needs, workers: 1, buffers: 1, needs.WindowBytes);
        return limit is null || least.Bytes <= bytes
            ? least
            : throw new LearnArgumentException(
                "MemoryLimit",
                FormattableString.Invariant($"-MemoryLimit is {bytes / 1048576.0:F0} MB, and one batch at a time takes {Math.Ceiling(least.Bytes / 1048576.0):F0} MB. Allow that, or lower batch_size in -ModelArguments."),
                "MemoryLimitTooSmall");
    }

    private static MemoryBudget Of(in MemoryNeeds needs, int workers, int buffers, long cache)
    {
        int readers = Math.Max(1, workers / 2);
        return new MemoryBudget(
            workers,
            readers,
            buffers,
            cache,
            JournalBytes + needs.FixedBytes + (workers * needs.ReplicaBytes) + (buffers * needs.BatchBytes) + (readers * needs.WindowBytes) + cache);
    }
}
