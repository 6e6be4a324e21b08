namespace ArcLearn.Core.Rasters.Warp;

/// <summary>
/// The pixels that count for a cell, with their weights: those of <see cref="Resampling.Bilinear"/>, found once for all bands.
/// </summary>
internal sealed class BilinearWeights
{
    private double[] _across = new double[8];
    private double[] _down = new double[8];
    private int _left;
    private int _top;
    private int _columns;
    private int _rows;
    private double _sum;

    /// <param name="x">Centre of the cell, in corner coordinates of the source.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    /// <param name="ratioX">Pixels under the cell, across.</param>
    /// <param name="ratioY">Pixels under the cell, down.</param>
    public void Place(double x, double y, double ratioX, double ratioY)
    {
        if (ratioX <= ResampleKernel.NearlyOne && ratioY <= ResampleKernel.NearlyOne)
        {
            (ratioX, ratioY) = (1, 1);
        }

        double across = Fill(x, Math.Max(1, ratioX), ref _across, out _left, out _columns);
        double down = Fill(y, Math.Max(1, ratioY), ref _down, out _top, out _rows);
        _sum = across * down;
    }

    /// <returns>Null where no valid pixel counts.</returns>
    public double? Apply(in SourceBand source)
    {
        PixelWindow window = source.Window;
        bool isInside = _left >= window.Column && _top >= window.Row && _left + _columns <= window.Right && _top + _rows <= window.Bottom;
        return isInside && source.IsWhole ? Whole(source) : Valid(source);
    }

    private double Whole(in SourceBand source)
    {
        double sum = 0;
        ReadOnlySpan<double> across = _across.AsSpan(0, _columns);
        int at = ((_top - source.Window.Row) * source.Window.Width) + _left - source.Window.Column;
        for (int row = 0; row < _rows; row++, at += source.Window.Width)
        {
            ReadOnlySpan<double> samples = source.Samples.Slice(at, across.Length);
            double line = 0;
            for (int i = 0; i < across.Length; i++)
            {
                line += across[i] * samples[i];
            }

            sum += _down[row] * line;
        }

        return sum / _sum;
    }

    private double? Valid(in SourceBand source)
    {
        PixelWindow window = source.Window;
        int first = Math.Max(_left, window.Column);
        int last = Math.Min(_left + _columns, window.Right);
        double sum = 0;
        double weights = 0;
        for (int row = Math.Max(_top, window.Row); row < Math.Min(_top + _rows, window.Bottom); row++)
        {
            int line = ((row - window.Row) * window.Width) - window.Column;
            double high = _down[row - _top];
            for (int column = first; column < last; column++)
            {
                double weight = high * _across[column - _left];
                if (weight != 0 && source.IsValid(line + column))
                {
                    sum += weight * source.Samples[line + column];
                    weights += weight;
                }
            }
        }

        return weights > 1e-6 ? sum / weights : null;
    }

    /// <returns>The weights' sum.</returns>
    private static double Fill(double centre, double ratio, ref double[] weights, out int first, out int count)
    {
        first = (int)Math.Ceiling(centre - 0.5 - ratio);
        count = (int)Math.Floor(centre - 0.5 + ratio) - first + 1;
        if (weights.Length < count)
        {
            weights = new double[count];
        }

        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            weights[i] = Math.Max(0, 1 - Math.Abs((centre - 0.5 - (first + i)) / ratio));
            sum += weights[i];
        }

        return sum;
    }
}
