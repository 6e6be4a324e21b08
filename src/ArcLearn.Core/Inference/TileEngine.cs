namespace ArcLearn.Core.Inference;

/// <summary>Runs tiles through a model into a sink: what detection and classification share.</summary>
internal static class TileEngine
{
    /// <summary>Runs the tiles from those on that the sink has.</summary>
    /// <param name="empty">The result of a tile that the model does not see: wholly nodata, or one that cannot be read, with the reason.</param>
    /// <param name="ahead">Results that may wait for an earlier tile; 0 for as many as hide its delay.</param>
    /// <exception cref="LearnDataException">TileFailed where bad tiles are not listed, ModelOutput.</exception>
    public static void Run<TOutcome>(
        TileSelection tiles,
        RunOptions options,
        TileReader reader,
        IModelBackend backend,
        Func<ITileWorker<TOutcome>> createWorker,
        Func<Tile, string?, TOutcome> empty,
        ITileSink<TOutcome> sink,
        Action<InferenceProgress>? progress,
        CancellationToken cancel,
        int ahead = 0)
        where TOutcome : TileOutcome
    {
        int buffers = options.Buffers > 0 ? options.Buffers : PipelineSize.Usual(options.Workers);
        PipelineSize size = new(backend.BatchSize, reader.ChipLength(backend.ChipSize), options.Readers, options.Workers, buffers) { Ahead = ahead };
        TilePipeline<TOutcome> pipeline = new(
            tiles, reader, size, createWorker, tile => empty(tile, null), sink.Finished, options.ListBadTiles ? (tile, reason) => empty(tile, reason) : null);
        ProgressMeter meter = new(tiles.Count, progress, sink.Finished, sink.Skipped);
        pipeline.Run(
            (tile, result) =>
            {
                sink.Accept(result);
                meter.Advance(tile, result.IsSkipped);
            },
            cancel);
    }
}
