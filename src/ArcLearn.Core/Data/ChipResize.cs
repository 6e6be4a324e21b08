using System.Numerics;

namespace ArcLearn.Core.Data;

/// <summary>
/// Brings a decoded chip to another size: the mean over the area under a pixel where it gets smaller, bilinear where it gets larger.
/// Missing samples do not count, and stay missing where they are nearest.
/// </summary>
internal static class ChipResize
{
    /// <param name="samples"><c>[Bands, FileHeight, FileWidth]</c>.</param>
    /// <param name="missing">What missing samples are; NaN for every NaN.</param>
    /// <returns><c>[Bands, Height, Width]</c>.</returns>
    public static T[] To<T>(ChipEntry chip, T[] samples, T missing, bool hasMissing)
        where T : unmanaged, INumber<T>
    {
        Taps columns = new(chip.FileWidth, chip.Width);
        Taps rows = new(chip.FileHeight, chip.Height);
        T[] result = GC.AllocateUninitializedArray<T>(checked(chip.Width * chip.Height * chip.Bands));
        for (int band = 0, at = 0; band < chip.Bands; band++)
        {
            ReadOnlySpan<T> plane = samples.AsSpan(band * chip.FileWidth * chip.FileHeight, chip.FileWidth * chip.FileHeight);
            for (int row = 0; row < chip.Height; row++)
            {
                for (int column = 0; column < chip.Width; column++, at++)
                {
                    T nearest = plane[(rows.Nearest(row) * chip.FileWidth) + columns.Nearest(column)];
                    result[at] = hasMissing && IsMissing(nearest, missing) ? missing : Mean(plane, chip.FileWidth, rows, row, columns, column, missing, hasMissing);
                }
            }
        }

        return result;
    }

    /// <summary>The nearest values of a mask.</summary>
    public static int[] Nearest(ChipEntry chip, int[] values)
    {
        Taps columns = new(chip.FileWidth, chip.Width);
        Taps rows = new(chip.FileHeight, chip.Height);
        int[] result = new int[chip.Width * chip.Height];
        for (int row = 0, at = 0; row < chip.Height; row++)
        {
            for (int column = 0; column < chip.Width; column++, at++)
            {
                result[at] = values[(rows.Nearest(row) * chip.FileWidth) + columns.Nearest(column)];
            }
        }

        return result;
    }

    private static bool IsMissing<T>(T sample, T missing)
        where T : INumber<T> => sample == missing || T.IsNaN(sample);

    private static T Mean<T>(ReadOnlySpan<T> plane, int pitch, Taps rows, int row, Taps columns, int column, T missing, bool hasMissing)
        where T : unmanaged, INumber<T>
    {
        double sum = 0;
        double weights = 0;
        for (int y = rows.First(row); y <= rows.Last(row); y++)
        {
            double down = rows.Weight(row, y);
            for (int x = columns.First(column); x <= columns.Last(column); x++)
            {
                T sample = plane[(y * pitch) + x];
                if (!hasMissing || !IsMissing(sample, missing))
                {
                    double weight = down * columns.Weight(column, x);
                    sum += weight * double.CreateTruncating(sample);
                    weights += weight;
                }
            }
        }

        double mean = weights > 0 ? sum / weights : double.CreateTruncating(missing);
        return typeof(T) == typeof(float) ? T.CreateTruncating(mean) : T.CreateSaturating(Math.Round(mean));
    }

    /// <summary>Which source pixels a target pixel is made of, along one side.</summary>
    private readonly struct Taps(int source, int target)
    {
        private readonly double _step = (double)source / target;

        private double Centre(int index) => (index + 0.5) * _step;

        /// <summary>Half the width of what counts: half a target pixel, or one source pixel (a tent) where these are larger.</summary>
        private double Reach => Math.Max(_step / 2, 1);

        public int Nearest(int index) => Math.Min(source - 1, (int)Centre(index));

        public int First(int index) => Math.Clamp((int)Math.Floor(_step > 1 ? Centre(index) - (_step / 2) : Centre(index) - 0.5), 0, source - 1);

        public int Last(int index) => Math.Clamp((int)Math.Ceiling(_step > 1 ? Centre(index) + (_step / 2) : Centre(index) + 0.5) - 1, First(index), source - 1);

        public double Weight(int index, int pixel) => _step > 1
            ? Math.Max(0, Math.Min(pixel + 1, Centre(index) + (_step / 2)) - Math.Max(pixel, Centre(index) - (_step / 2)))
            : Math.Max(0, Reach - Math.Abs(pixel + 0.5 - Centre(index)));
    }
}
