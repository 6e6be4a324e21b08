using System.Diagnostics;

namespace ArcLearn.Core.Inference;

/// <summary>Where a run stands.</summary>
/// <param name="Done">Tiles finished, those skipped included.</param>
/// <param name="Skipped">Tiles that are wholly nodata.</param>
/// <param name="Tiles">Tiles of the run.</param>
/// <param name="MegapixelsPerSecond">Of the raster, halos not counted.</param>
/// <param name="Remaining">Time left at that rate.</param>
/// <param name="MemoryBytes">What the process holds now, libtorch and all.</param>
internal readonly record struct InferenceProgress(int Done, int Skipped, int Tiles, double MegapixelsPerSecond, TimeSpan Remaining, long MemoryBytes);

/// <summary>Tells a run's progress a few times a second, and at its end.</summary>
/// <param name="tiles">Of the run.</param>
/// <param name="report">Takes it.</param>
/// <param name="done">Tiles that an earlier, interrupted run did.</param>
/// <param name="skipped">Those of them that are wholly nodata.</param>
internal sealed class ProgressMeter(int tiles, Action<InferenceProgress>? report, int done = 0, int skipped = 0)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _last = -s_interval;
    private readonly int _before = done;
    private int _done = done;
    private int _skipped = skipped;
    private long _pixels;

    public void Advance(in Tile tile, bool isSkipped)
    {
        _done++;
        _skipped += isSkipped ? 1 : 0;
        _pixels += tile.Core.Area;
        TimeSpan elapsed = _watch.Elapsed;
        if (report is not null && (elapsed - _last >= s_interval || _done == tiles))
        {
            _last = elapsed;
            report(new InferenceProgress(
                _done, _skipped, tiles, _pixels / 1e6 / Math.Max(elapsed.TotalSeconds, 1e-6), elapsed * ((double)(tiles - _done) / (_done - _before)), Environment.WorkingSet));
        }
    }
}
