namespace ArcLearn.Core.Rasters.Warp;

/// <summary>One band of a source window, with what is valid in it.</summary>
/// <param name="window">In pixels of the source.</param>
/// <param name="samples">Of the window, row by row.</param>
/// <param name="mask">0 where a pixel is not valid, or null where all are.</param>
/// <param name="noData">A value that is not valid either, or null.</param>
internal readonly ref struct SourceBand(PixelWindow window, ReadOnlySpan<double> samples, ReadOnlySpan<byte> mask, double? noData)
{
    private readonly ReadOnlySpan<double> _samples = samples;
    private readonly ReadOnlySpan<byte> _mask = mask;

    public PixelWindow Window => window;

    public ReadOnlySpan<double> Samples => _samples;

    /// <summary>Whether every pixel of the window is valid.</summary>
    public bool IsWhole => _mask.IsEmpty && noData is null;

    /// <param name="at">Index into <see cref="Samples"/>.</param>
    public bool IsValid(int at) => (_mask.IsEmpty || _mask[at] != 0) && !Masks.IsNoData(_samples[at], noData);

    public bool TryGet(int column, int row, out double value)
    {
        if (column < window.Column || column >= window.Right || row < window.Row || row >= window.Bottom)
        {
            value = 0;
            return false;
        }

        int at = ((row - window.Row) * window.Width) + (column - window.Column);
        value = _samples[at];
        return IsValid(at);
    }
}

/// <summary>The arithmetic of <see cref="Resampling"/>. Pixels that are not valid, or lie beyond the raster, do not count; the weights of the others are made to sum to one.</summary>
internal static class ResampleKernel
{
    /// <summary>Cells of this many pixels a side and less are taken for the raster's own size.</summary>
    public const double NearlyOne = 1 / 0.95;

    /// <summary>Cubic convolution. Near a border or a hole the four by four pixels are not complete; the two by two may be.</summary>
    /// <param name="source">The pixels around.</param>
    /// <param name="x">Centre of the cell, in corner coordinates of the source.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    /// <param name="ratioX">Pixels under the cell, across.</param>
    /// <param name="ratioY">Pixels under the cell, down.</param>
    /// <param name="bilinear">The weights of the two by two.</param>
    /// <returns>Null where no valid pixel counts.</returns>
    public static double? Cubic(SourceBand source, double x, double y, double ratioX, double ratioY, BilinearWeights bilinear)
    {
        if (ratioX > NearlyOne || ratioY > NearlyOne)
        {
            return Weighted(source, x, y, Math.Max(1, ratioX), Math.Max(1, ratioY));
        }

        if (Cubic(source, x, y) is double complete)
        {
            return complete;
        }

        bilinear.Place(x, y, 1, 1);
        return bilinear.Apply(source);
    }

    /// <summary>Mean over the rectangle between two corners; pixels count with the area that lies inside.</summary>
    public static double? Average(SourceBand source, double left, double top, double right, double bottom)
    {
        double sum = 0;
        double weights = 0;
        for (int row = (int)Math.Floor(top); row < bottom; row++)
        {
            double high = Math.Min(bottom, row + 1) - Math.Max(top, row);
            for (int column = (int)Math.Floor(left); column < right; column++)
            {
                double weight = high * (Math.Min(right, column + 1) - Math.Max(left, column));
                if (weight > 0 && source.TryGet(column, row, out double value))
                {
                    sum += weight * value;
                    weights += weight;
                }
            }
        }

        return weights > 0 ? sum / weights : null;
    }

    /// <summary>The value that covers most of the rectangle.</summary>
    public static double? Majority(SourceBand source, double left, double top, double right, double bottom, Dictionary<double, double> votes)
    {
        votes.Clear();
        double? best = null;
        double most = 0;
        for (int row = (int)Math.Floor(top); row < bottom; row++)
        {
            double high = Math.Min(bottom, row + 1) - Math.Max(top, row);
            for (int column = (int)Math.Floor(left); column < right; column++)
            {
                double weight = high * (Math.Min(right, column + 1) - Math.Max(left, column));
                if (weight > 0 && source.TryGet(column, row, out double value))
                {
                    double sum = votes.GetValueOrDefault(value) + weight;
                    votes[value] = sum;
                    if (sum > most)
                    {
                        (most, best) = (sum, value);
                    }
                }
            }
        }

        return best;
    }

    private static double? Cubic(SourceBand source, double x, double y)
    {
        int column = (int)Math.Floor(x - 0.5);
        int row = (int)Math.Floor(y - 0.5);
        Span<double> across = stackalloc double[4];
        Span<double> down = stackalloc double[4];
        for (int i = 0; i < 4; i++)
        {
            across[i] = Keys(x - 0.5 - (column - 1 + i));
            down[i] = Keys(y - 0.5 - (row - 1 + i));
        }

        double sum = 0;
        for (int j = 0; j < 4; j++)
        {
            for (int i = 0; i < 4; i++)
            {
                if (!source.TryGet(column - 1 + i, row - 1 + j, out double value))
                {
                    return null;
                }

                sum += across[i] * down[j] * value;
            }
        }

        return sum;
    }

    private static double? Weighted(SourceBand source, double x, double y, double ratioX, double ratioY)
    {
        const double reach = 2;
        int left = (int)Math.Ceiling(x - 0.5 - (reach * ratioX));
        int right = (int)Math.Floor(x - 0.5 + (reach * ratioX));
        int top = (int)Math.Ceiling(y - 0.5 - (reach * ratioY));
        int bottom = (int)Math.Floor(y - 0.5 + (reach * ratioY));
        double sum = 0;
        double weights = 0;
        for (int row = top; row <= bottom; row++)
        {
            double high = Keys((y - 0.5 - row) / ratioY);
            for (int column = left; column <= right; column++)
            {
                double weight = high * Keys((x - 0.5 - column) / ratioX);
                if (weight != 0 && source.TryGet(column, row, out double value))
                {
                    sum += weight * value;
                    weights += weight;
                }
            }
        }

        return weights > 1e-6 ? sum / weights : null;
    }

    private static double Keys(double distance)
    {
        double d = Math.Abs(distance);
        return d <= 1 ? (((1.5 * d) - 2.5) * d * d) + 1 : d < 2 ? (((((-0.5 * d) + 2.5) * d) - 4) * d) + 2 : 0;
    }
}
