using System.Globalization;

namespace ArcLearn.Core.Drawing;

/// <summary>A place along an axis with a grid line; minor ones have no label.</summary>
internal readonly record struct ChartTick(double Value, string Label);

/// <summary>From the values of an axis to parts of its length (0 to 1), with round numbers to label it by.</summary>
internal sealed class ChartScale
{
    private const double Room = 0.04;                       // of the range, left free at both ends
    private static readonly double[] s_growth = [2, 2, 2.5];    // from 1 to 2 to 5 to 10

    private readonly bool _isLogarithmic;
    private readonly double _from;
    private readonly double _to;

    /// <param name="axis">What is wanted.</param>
    /// <param name="values">All values along it; those that cannot be shown are passed over.</param>
    /// <param name="maxTicks">Labels that there is room for, at least two.</param>
    public ChartScale(ChartAxis axis, IEnumerable<double> values, int maxTicks)
    {
        _isLogarithmic = axis.IsLogarithmic;
        double[] shown = [.. values.Where(CanShow)];
        double min = axis.Min ?? shown.DefaultIfEmpty(_isLogarithmic ? 0.1 : 0).Min();
        double max = axis.Max ?? shown.DefaultIfEmpty(1).Max();
        (_from, _to) = (Forward(min), Forward(Math.Max(min, max)));
        double room = Room * (_to - _from);
        if (_to - _from <= 1e-9 * Math.Max(1e-30, Math.Abs(_to)))
        {
            // One value alone stands in the middle of a range of its own size.
            room = _isLogarithmic ? 0.5 : axis.IsWhole || _to == 0 ? 1 : Math.Abs(_to) / 2;
        }

        _from -= axis.Min is null ? room : 0;
        _to += axis.Max is null || _to == _from ? room : 0;
        if (axis.IsShare)
        {
            (_from, _to) = (Math.Max(0, _from), Math.Min(1, _to));
        }

        Ticks = _isLogarithmic ? LogarithmicTicks(Math.Max(2, maxTicks)) : LinearTicks(_from, _to, Math.Max(2, maxTicks), axis.IsWhole);
    }

    /// <summary>In rising order.</summary>
    public IReadOnlyList<ChartTick> Ticks { get; }

    public bool CanShow(double value) => double.IsFinite(value) && (!_isLogarithmic || value > 0);

    /// <summary>0 at the beginning of the axis, 1 at its end; beyond them for what lies outside.</summary>
    public double PartOf(double value) => (Forward(value) - _from) / (_to - _from);

    private double Forward(double value) => _isLogarithmic ? Math.Log10(value) : value;

    /// <summary>Multiples of 1, 2 or 5 times a power of ten.</summary>
    private static ChartTick[] LinearTicks(double from, double to, int maxTicks, bool isWhole)
    {
        double step = isWhole ? 1 : Math.Pow(10, Math.Floor(Math.Log10((to - from) / maxTicks)));
        for (int i = 1; Last(to, step) - First(from, step) + 1 > maxTicks; i++)
        {
            step *= s_growth[i % s_growth.Length];
        }

        List<ChartTick> ticks = [];
        for (double at = First(from, step); at <= Last(to, step); at++)
        {
            // Adding zero makes the negative one positive, which has no minus sign to be written.
            ticks.Add(new ChartTick(at * step, Label((at * step) + 0.0, step)));
        }

        return [.. ticks];
    }

    private static double First(double from, double step) => Math.Ceiling((from / step) - 1e-9);

    private static double Last(double to, double step) => Math.Floor((to / step) + 1e-9);

    /// <summary>Powers of ten, every so many where they are close; with 2 and 5 between them where they are far apart.</summary>
    private ChartTick[] LogarithmicTicks(int maxTicks)
    {
        double decades = _to - _from;
        if (decades < 1)
        {
            return LinearTicks(Math.Pow(10, _from), Math.Pow(10, _to), maxTicks, isWhole: false);
        }

        double[] factors = decades * 3 <= maxTicks ? [1, 2, 5] : [1];
        int every = (int)Math.Max(1, Math.Ceiling(decades / maxTicks));
        List<ChartTick> ticks = [];
        for (int power = (int)Math.Floor(_from); power <= _to; power++)
        {
            foreach (double factor in factors)
            {
                double value = factor * Math.Pow(10, power);
                if (power % every == 0 && PartOf(value) is >= 0 and <= 1)
                {
                    ticks.Add(new ChartTick(value, Label(value, value)));
                }
            }
        }

        return [.. ticks];
    }

    /// <summary>As many places as the step has; a power of ten where that would be long.</summary>
    private static string Label(double value, double step)
    {
        double size = Math.Max(Math.Abs(value), step);
        if (size >= 99_999.5 || (step < 0.00099 && size < 0.5))
        {
            return value == 0 ? "0" : value.ToString("0.##e0", CultureInfo.InvariantCulture);
        }

        int places = Math.Clamp((int)-Math.Floor(Math.Log10(step) + 1e-9), 0, 6);
        return value.ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
