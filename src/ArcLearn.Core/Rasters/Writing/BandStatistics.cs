namespace ArcLearn.Core.Rasters.Writing;

/// <summary>Least, greatest, mean and spread of each band as its rows pass by in order; nodata and what is no number do not count.</summary>
internal sealed class BandStatistics(RasterWriteOptions options)
{
    private readonly Chips.RunningStatistic[] _bands = [.. options.Bands.Select(_ => new Chips.RunningStatistic())];

    private readonly Dictionary<double, int> _classes = options.Classes.Select((c, i) => (c.Value, i)).ToDictionary(pair => (double)pair.Value, pair => pair.i);
    private readonly long[] _counts = new long[options.Classes.Count];

    public Chips.RunningStatistic this[int band] => _bands[band];

    /// <summary>Pixels of each class.</summary>
    public IReadOnlyList<long> ClassCounts => _counts;

    public void Add(int rowCount, ReadOnlySpan<byte> samples)
    {
        int count = rowCount * options.Width;
        int size = options.SampleType.Bytes();
        PixelWindow all = new(0, 0, options.Width, rowCount);
        double[] values = new double[count];
        double? noData = options.Bands[0].NoData;
        for (int band = 0; band < _bands.Length; band++)
        {
            DecodedBlock block = new(samples.Slice(band * count * size, count * size).ToArray(), 1, count);
            WindowCopy.Copy(block, options.SampleType, all, all, all, [0], values.AsSpan());
            Count(values);
            foreach (double value in values)
            {
                if (double.IsFinite(value) && !Masks.IsNoData(value, noData))
                {
                    _bands[band].Add(value);
                }
            }
        }
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
