using System.Buffers;
using System.Runtime.InteropServices;
using ArcLearn.Core.Chips;

namespace ArcLearn.Core.Rasters.Writing;

/// <summary>Least, greatest, mean and spread of each band as its rows pass by in order; nodata and what is no number do not count.</summary>
internal sealed class BandStatistics
{
    private readonly RasterWriteOptions _options;
    private readonly RunningStatistic[] _bands;
    private readonly Dictionary<double, int> _classes;
    private readonly long[] _counts;

    // How often each value occurs, where it is a class in 8 or 16 bits.
    private readonly long[]? _histogram;

    public BandStatistics(RasterWriteOptions options)
    {
        _options = options;
        _bands = [.. options.Bands.Select(_ => new RunningStatistic())];
        _classes = options.Classes.Select((c, i) => (c.Value, i)).ToDictionary(pair => (double)pair.Value, pair => pair.i);
        _counts = new long[options.Classes.Count];
        _histogram = options is { IsClassified: true, Bands.Count: 1, SampleType: SampleType.UInt8 or SampleType.UInt16 }
            ? new long[1 << (8 * options.SampleType.Bytes())]
            : null;
    }

    /// <summary>Pixels of each class.</summary>
    public IReadOnlyList<long> ClassCounts => _histogram is null
        ? _counts
        : [.. _options.Classes.Select(c => c.Value >= 0 && c.Value < _histogram.Length ? _histogram[c.Value] : 0)];

    public RunningStatistic this[int band] => _histogram is null ? _bands[band] : OfHistogram();

    public void Add(int rowCount, ReadOnlySpan<byte> samples)
    {
        if (_histogram is not null)
        {
            AddToHistogram(samples);
            return;
        }

        int size = _options.SampleType.Bytes();
        int row = _options.Width * size;
        PixelWindow all = new(0, 0, _options.Width, 1);
        double[] values = ArrayPool<double>.Shared.Rent(_options.Width);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(row);
        for (int i = 0; i < rowCount * _bands.Length; i++)
        {
            samples.Slice(i * row, row).CopyTo(bytes);
            Span<double> line = values.AsSpan(0, _options.Width);
            WindowCopy.Copy(new DecodedBlock(bytes, 1, _options.Width), _options.SampleType, all, all, all, [0], line);
            Add(_bands[i / rowCount], line);
        }

        ArrayPool<double>.Shared.Return(values);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Add(RunningStatistic band, ReadOnlySpan<double> values)
    {
        Count(values);
        double? noData = _options.Bands[0].NoData;
        foreach (double value in values)
        {
            if (double.IsFinite(value) && !Masks.IsNoData(value, noData))
            {
                band.Add(value);
            }
        }
    }

    private void AddToHistogram(ReadOnlySpan<byte> samples)
    {
        if (_options.SampleType == SampleType.UInt8)
        {
            foreach (byte sample in samples)
            {
                _histogram![sample]++;
            }

            return;
        }

        foreach (ushort sample in MemoryMarshal.Cast<byte, ushort>(samples))
        {
            _histogram![sample]++;
        }
    }

    private RunningStatistic OfHistogram()
    {
        double? noData = _options.Bands[0].NoData;
        (long count, double sum, double squares, int least, int greatest) = (0L, 0.0, 0.0, -1, 0);
        for (int pass = 0; pass < 2; pass++)
        {
            double mean = count > 0 ? sum / count : 0;
            for (int value = 0; value < _histogram!.Length; value++)
            {
                long pixels = Masks.IsNoData(value, noData) ? 0 : _histogram[value];
                if (pixels > 0 && pass == 0)
                {
                    count += pixels;
                    sum += (double)value * pixels;
                    least = least < 0 ? value : least;
                    greatest = value;
                }
                else if (pixels > 0)
                {
                    squares += (value - mean) * (value - mean) * pixels;
                }
            }
        }

        return RunningStatistic.Restore(count, least, greatest, count > 0 ? sum / count : 0, sum, squares);
    }

    private void Count(ReadOnlySpan<double> values)
    {
        // Neighbours are mostly of one class.
        (double last, int index) = (double.NaN, -1);
        for (int i = 0; i < values.Length && _counts.Length > 0; i++)
        {
            if (values[i] != last)
            {
                last = values[i];
                index = _classes.GetValueOrDefault(last, -1);
            }

            if (index >= 0)
            {
                _counts[index]++;
            }
        }
    }
}
