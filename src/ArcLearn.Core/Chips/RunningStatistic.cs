using System.Numerics;

namespace ArcLearn.Core.Chips;

/// <summary>Least, greatest, mean and spread of values that come one by one or in parts. Parts must be added in a fixed order to give equal bits.</summary>
internal sealed class RunningStatistic
{
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    public double Min => Count == 0 ? 0 : _min;

    public double Max => Count == 0 ? 0 : _max;

    public double Mean { get; private set; }

    public double Sum { get; private set; }

    /// <summary>Sum of squared differences from the mean.</summary>
    public double SquaredDeviation { get; private set; }

    public long Count { get; private set; }

    public double StandardDeviation => Count == 0 ? 0 : Math.Sqrt(SquaredDeviation / Count);

    public void Add(double value)
    {
        Count++;
        Sum += value;
        double before = value - Mean;
        Mean += before / Count;
        SquaredDeviation += before * (value - Mean);
        _min = Math.Min(_min, value);
        _max = Math.Max(_max, value);
    }

    /// <summary>Adds a part by the pairwise formula of Chan, Golub and LeVeque (1979).</summary>
    public void Add(RunningStatistic part)
    {
        if (part.Count == 0)
        {
            return;
        }

        long count = Count + part.Count;
        double apart = part.Mean - Mean;
        SquaredDeviation += part.SquaredDeviation + (apart * apart * ((double)Count * part.Count / count));
        Mean += apart * part.Count / count;
        Sum += part.Sum;
        Count = count;
        _min = Math.Min(_min, part._min);
        _max = Math.Max(_max, part._max);
    }

    /// <summary>A statistic as it was: what its properties gave.</summary>
    public static RunningStatistic Restore(long count, double min, double max, double mean, double sum, double squaredDeviation) => count == 0 ? new() : new()
    {
        Count = count,
        Sum = sum,
        Mean = mean,
        SquaredDeviation = squaredDeviation,
        _min = min,
        _max = max,
    };

    /// <summary>The statistic of samples: sums of integers, so exact whatever their number.</summary>
    public static RunningStatistic Of(ReadOnlySpan<byte> samples)
    {
        ulong sum = 0;
        ulong squares = 0;
        Vector<byte> least = new(byte.MaxValue);
        Vector<byte> greatest = Vector<byte>.Zero;
        int i = 0;
        while (i <= samples.Length - Vector<byte>.Count)
        {
            // 32 bits hold so many squares of bytes in each lane.
            Vector<uint> sums = Vector<uint>.Zero;
            Vector<uint> squareSums = Vector<uint>.Zero;
            for (int round = 0; round < 1 << 14 && i <= samples.Length - Vector<byte>.Count; round++, i += Vector<byte>.Count)
            {
                Vector<byte> values = new(samples[i..]);
                least = Vector.Min(least, values);
                greatest = Vector.Max(greatest, values);
                Vector.Widen(values, out Vector<ushort> low, out Vector<ushort> high);
                sums += Both(low + high);
                squareSums += Both(low * low) + Both(high * high);
            }

            sum += Total(sums);
            squares += Total(squareSums);
        }

        (byte min, byte max) = (byte.MaxValue, 0);
        for (int lane = 0; lane < Vector<byte>.Count; lane++)
        {
            (min, max) = (Math.Min(min, least[lane]), Math.Max(max, greatest[lane]));
        }

        for (; i < samples.Length; i++)
        {
            sum += samples[i];
            squares += (uint)(samples[i] * samples[i]);
            (min, max) = (Math.Min(min, samples[i]), Math.Max(max, samples[i]));
        }

        return Of(samples.Length, sum, squares, min, max);

        static Vector<uint> Both(Vector<ushort> values)
        {
            Vector.Widen(values, out Vector<uint> low, out Vector<uint> high);
            return low + high;
        }

        static ulong Total(Vector<uint> lanes)
        {
            Vector.Widen(lanes, out Vector<ulong> low, out Vector<ulong> high);
            return Vector.Sum(low + high);
        }
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte})"/>
    public static RunningStatistic Of(ReadOnlySpan<ushort> samples)
    {
        ulong sum = 0;
        ulong squares = 0;
        ushort min = ushort.MaxValue;
        ushort max = 0;
        foreach (ushort sample in samples)
        {
            sum += sample;
            squares += (ulong)sample * sample;
            min = Math.Min(min, sample);
            max = Math.Max(max, sample);
        }

        return Of(samples.Length, sum, squares, min, max);
    }

    /// <summary>The statistic of samples that are measurements: nodata and what is no number do not count.</summary>
    public static RunningStatistic OfMeasurements<T>(ReadOnlySpan<T> samples, T? noData)
        where T : struct, INumber<T>
    {
        RunningStatistic result = new();
        foreach (T sample in samples)
        {
            if (T.IsFinite(sample) && sample != noData)
            {
                result.Add(double.CreateSaturating(sample));
            }
        }

        return result;
    }

    private static RunningStatistic Of(int count, ulong sum, ulong squares, double min, double max) => count == 0
        ? new()
        : Restore(count, min, max, (double)sum / count, sum, (double)(((UInt128)squares * (ulong)count) - ((UInt128)sum * sum)) / count);
}
