using System.Runtime.ExceptionServices;
using ArcLearn.Core.Chips;

namespace ArcLearn.Core.Data;

/// <summary>Statistics of chips, band by band: read in parallel, added in order, so that equal data gives equal bits.</summary>
internal static class BandSurvey
{
    private const int ChipsAtOnce = 256;

    public static RunningStatistic[] Measure(ChipStore store, IReadOnlyList<int> chips, int bands, int workers, CancellationToken cancel)
    {
        RunningStatistic[] total = [.. Enumerable.Range(0, bands).Select(_ => new RunningStatistic())];
        ParallelOptions options = new() { CancellationToken = cancel, MaxDegreeOfParallelism = workers };
        for (int start = 0; start < chips.Count; start += ChipsAtOnce)
        {
            RunningStatistic[][] parts = new RunningStatistic[Math.Min(ChipsAtOnce, chips.Count - start)][];
            try
            {
                Parallel.For(0, parts.Length, options, i => parts[i] = Measure(store.ReadWhole(chips[start + i])));
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
            }

            foreach (RunningStatistic[] part in parts)
            {
                for (int band = 0; band < bands; band++)
                {
                    total[band].Add(part[band]);
                }
            }
        }

        return total;
    }

    private static RunningStatistic[] Measure(DecodedChip chip)
    {
        int plane = chip.Width * chip.Height;
        return
        [
            .. Enumerable.Range(0, chip.Bands).Select(band => chip.Bytes.Length > 0 ? RunningStatistic.Of(chip.Bytes.AsSpan(band * plane, plane))
                : chip.Words.Length > 0 ? RunningStatistic.Of(chip.Words.AsSpan(band * plane, plane))
                : Present(chip.Floats.AsSpan(band * plane, plane))),
        ];
    }

    /// <summary>Of what is not missing.</summary>
    private static RunningStatistic Present(ReadOnlySpan<float> samples)
    {
        RunningStatistic statistic = new();
        foreach (float sample in samples)
        {
            if (float.IsFinite(sample))
            {
                statistic.Add(sample);
            }
        }

        return statistic;
    }
}
