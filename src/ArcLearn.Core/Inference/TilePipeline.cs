using System.Runtime.ExceptionServices;

namespace ArcLearn.Core.Inference;

/// <summary>One worker's model with what turns its answers into results; used by one thread, made and disposed there.</summary>
internal interface ITileWorker<TResult> : IDisposable
{
    /// <returns>One result per tile of the batch.</returns>
    TResult[] Process(ChipBatch batch);
}

/// <summary>Sizes of a pipeline.</summary>
/// <param name="Buffers">Batches that wait or are in a model at a time.</param>
internal readonly record struct PipelineSize(int BatchSize, int ChipLength, int Readers, int Workers, int Buffers)
{
    /// <summary>As many as keep all workers busy: one in each model, one ready for each, and one that is being filled.</summary>
    public static int Usual(int workers) => (2 * workers) + 1;

    /// <summary>Results that may wait for an earlier tile; 0 for as many as hide its delay.</summary>
    public int Ahead { get; init; }
}

/// <summary>
/// Reader threads fill batches of one shape, worker threads answer them, the caller's thread takes the results in the order of the tiles.
/// Which tiles meet in a batch depends on timing; what a model answers for a chip does not depend on its neighbours.
/// </summary>
internal sealed class TilePipeline<TResult>
{
    private readonly TileSelection _tiles;
    private readonly int _first;
    private readonly TileReader _reader;
    private readonly PipelineSize _size;
    private readonly Func<ITileWorker<TResult>> _createWorker;
    private readonly Func<Tile, TResult> _skip;
    private readonly Func<Tile, string, TResult>? _fail;
    private readonly BatchQueue _batches;
    private readonly ResultOrder<TResult> _results;
    private ExceptionDispatchInfo? _failure;
    private int _nextTile;
    private int _activeReaders;

    /// <param name="tiles">What to run.</param>
    /// <param name="reader">Where the samples come from.</param>
    /// <param name="size">Threads and buffers.</param>
    /// <param name="createWorker">Called on each worker's thread.</param>
    /// <param name="skip">The result of a tile that is wholly nodata.</param>
    /// <param name="first">The place among the tiles to begin at: those before it are done.</param>
    /// <param name="fail">The result of a tile that cannot be read, with the reason; null where that ends the run.</param>
    public TilePipeline(
        TileSelection tiles, TileReader reader, PipelineSize size, Func<ITileWorker<TResult>> createWorker, Func<Tile, TResult> skip, int first = 0, Func<Tile, string, TResult>? fail = null)
    {
        (_tiles, _reader, _size, _createWorker, _skip, _first, _nextTile, _fail) = (tiles, reader, size, createWorker, skip, first, first, fail);
        _batches = new BatchQueue(size.Buffers, () => new ChipBatch(size.BatchSize, size.ChipLength));
        _results = new ResultOrder<TResult>(size.Ahead > 0 ? size.Ahead : Math.Max(1024, 4 * size.Buffers * size.BatchSize), first);
    }

    /// <summary>Runs all tiles; once only. Whatever ends it, all threads have ended when it returns.</summary>
    /// <param name="accept">Takes each result, in order, on the caller's thread.</param>
    /// <param name="cancel">Ends the run within a batch.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(Action<Tile, TResult> accept, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        List<Thread> threads = [];
        using (cancel.Register(StopQueues))
        {
            try
            {
                _activeReaders = _size.Readers;
                Start(threads, _size.Readers, "ArcLearn reader", () => ReadTiles(cancel));
                Start(threads, _size.Workers, "ArcLearn worker", () => AnswerBatches(cancel));
                for (int i = _first; i < _tiles.Count && _results.TryTake(out TResult? result); i++)
                {
                    accept(_tiles[i], result);
                }
            }
            finally
            {
                StopQueues();
                threads.ForEach(thread => thread.Join());
            }
        }

        _failure?.Throw();
        cancel.ThrowIfCancellationRequested();
    }

    private void Start(List<Thread> threads, int count, string name, Action work)
    {
        for (int i = 0; i < count; i++)
        {
            Thread thread = new(() => Guard(work)) { IsBackground = true, Name = $"{name} {i + 1}" };
            thread.Start();
            threads.Add(thread);
        }
    }

    private void StopQueues()
    {
        _batches.Stop();
        _results.Stop();
    }

    /// <summary>The first failure ends the run and is thrown again on the caller's thread; those that follow from it are not news.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            _ = Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            StopQueues();
        }
    }

    private void ReadTiles(CancellationToken cancel)
    {
        float[] chip = new float[_size.ChipLength];
        while (true)
        {
            int ordinal = Interlocked.Increment(ref _nextTile) - 1;
            if (ordinal >= _tiles.Count)
            {
                break;
            }

            // A tile may be waiting in an incomplete batch for others that are all nodata: send it on.
            if (!_results.Enter(ordinal, _batches.Flush) || cancel.IsCancellationRequested)
            {
                return;
            }

            Tile tile = _tiles[ordinal];
            bool hasData;
            try
            {
                hasData = _reader.Read(tile, chip);
            }
            catch (LearnDataException e) when (_fail is not null && TileReader.IsFault(e, out string? reason))
            {
                _results.Post(ordinal, _fail(tile, reason));
                continue;
            }

            if (!hasData)
            {
                _results.Post(ordinal, _skip(tile));
            }
            else if (!_batches.Add(ordinal, tile, chip))
            {
                return;
            }
        }

        if (Interlocked.Decrement(ref _activeReaders) == 0)
        {
            _batches.Complete();
        }
    }

    private void AnswerBatches(CancellationToken cancel)
    {
        using ITileWorker<TResult> worker = _createWorker();

        // The token knows of a cancellation before it calls those who registered.
        while (_batches.Take() is ChipBatch batch && !cancel.IsCancellationRequested)
        {
            TResult[] results = worker.Process(batch);
            for (int i = 0; i < batch.Count; i++)
            {
                _results.Post(batch.Ordinals[i], results[i]);
            }

            _batches.Return(batch);
        }
    }
}
