using System.Numerics;

namespace ArcLearn.Core.Data;

/// <summary>
/// Reads a view of a chip into <c>[Bands, side, side]</c>, bilinearly, sample values going through a table per band (normalisation and light).
/// In an upright view within the chip a source address is the sum of one term of the output row and one of the output column, also for a transposed one.
/// </summary>
internal static class ChipSampler
{
    /// <param name="tables">One per band: 256 entries for 8-bit samples, 65,536 for 16-bit ones.</param>
    public static void Render(DecodedChip chip, ChipView view, float[][] tables, int side, Span<float> output)
    {
        if (view.IsUpright && view.IsWithin(chip.WholeWidth, chip.WholeHeight))
        {
            bool isTransposed = view.XAcross == 0;
            Axis x = new(view.X, view.XAcross + view.XDown, chip.WholeWidth, side, chip.Column, 1);
            Axis y = new(view.Y, view.YAcross + view.YDown, chip.WholeHeight, side, chip.Row, chip.Width);
            (Axis rows, Axis columns) = isTransposed ? (x, y) : (y, x);
            for (int band = 0; band < chip.Bands; band++)
            {
                Span<float> target = output.Slice(band * side * side, side * side);
                if (chip.Bytes.Length > 0)
                {
                    Render<byte>(chip.Plane(chip.Bytes, band), rows, columns, tables[band], target);
                }
                else
                {
                    Render<ushort>(chip.Plane(chip.Words, band), rows, columns, tables[band], target);
                }
            }
        }
        else if (chip.Bytes.Length > 0)
        {
            RenderFilled(chip, chip.Bytes, view, tables, side, output);
        }
        else
        {
            RenderFilled(chip, chip.Words, view, tables, side, output);
        }
    }

    private static void Render<T>(ReadOnlySpan<T> samples, Axis rows, Axis columns, float[] table, Span<float> output)
        where T : unmanaged, IBinaryInteger<T>
    {
        int side = rows.Near.Length;
        int[] near = columns.Near;
        int[] far = columns.Far;
        float[] weight = columns.Weight;
        bool isExact = rows.IsExact && columns.IsExact;
        for (int i = 0, at = 0; i < side; i++)
        {
            int a = rows.Near[i];
            int b = rows.Far[i];
            float down = rows.Weight[i];
            for (int j = 0; j < side; j++, at++)
            {
                float upper = table[int.CreateTruncating(samples[a + near[j]])];
                if (!isExact)
                {
                    upper += weight[j] * (table[int.CreateTruncating(samples[a + far[j]])] - upper);
                    float lower = table[int.CreateTruncating(samples[b + near[j]])];
                    lower += weight[j] * (table[int.CreateTruncating(samples[b + far[j]])] - lower);
                    upper += down * (lower - upper);
                }

                output[at] = upper;
            }
        }
    }

    /// <summary>Row by row; places whose nearest pixel lies beyond the chip are filled.</summary>
    private static void RenderFilled<T>(DecodedChip chip, T[] samples, ChipView view, float[][] tables, int side, Span<float> output)
        where T : unmanaged, IBinaryInteger<T>
    {
        Tap[] taps = new Tap[side];
        for (int i = 0; i < side; i++)
        {
            for (int j = 0; j < side; j++)
            {
                (double x, double y) = view.ToChip((j + 0.5) / side, (i + 0.5) / side);
                taps[j] = Tap.At(chip, x - 0.5, y - 0.5);
            }

            for (int band = 0; band < chip.Bands; band++)
            {
                ReadOnlySpan<T> plane = chip.Plane(samples, band);
                float[] table = tables[band];
                Span<float> row = output.Slice(((band * side) + i) * side, side);
                for (int j = 0; j < side; j++)
                {
                    row[j] = taps[j].IsBeyond ? table[chip.Fill] : taps[j].Read(plane, table);
                }
            }
        }
    }

    /// <summary>Four pixels around a place, and how near it is to those on the right and below.</summary>
    private readonly record struct Tap(int UpperLeft, int Right, int Down, float Across, float Along, bool IsBeyond)
    {
        /// <param name="x">In pixel centres of the whole chip.</param>
        /// <param name="y">In pixel centres of the whole chip.</param>
        public static Tap At(DecodedChip chip, double x, double y)
        {
            if (x < -0.5 || y < -0.5 || x > chip.WholeWidth - 0.5 || y > chip.WholeHeight - 0.5)
            {
                return new Tap(0, 0, 0, 0, 0, IsBeyond: true);
            }

            x = Math.Clamp(x, 0, chip.WholeWidth - 1);
            y = Math.Clamp(y, 0, chip.WholeHeight - 1);
            (int column, int row) = ((int)x, (int)y);
            return new Tap(
                ((row - chip.Row) * chip.Width) + column - chip.Column,
                column + 1 < chip.WholeWidth ? 1 : 0,
                row + 1 < chip.WholeHeight ? chip.Width : 0,
                (float)(x - column),
                (float)(y - row),
                IsBeyond: false);
        }

        public float Read<T>(ReadOnlySpan<T> plane, float[] table)
            where T : unmanaged, IBinaryInteger<T>
        {
            float upper = Mix(table[int.CreateTruncating(plane[UpperLeft])], table[int.CreateTruncating(plane[UpperLeft + Right])], Across);
            float lower = Mix(table[int.CreateTruncating(plane[UpperLeft + Down])], table[int.CreateTruncating(plane[UpperLeft + Down + Right])], Across);
            return Mix(upper, lower, Along);
        }

        private static float Mix(float first, float second, float part) => first + (part * (second - first));
    }

    /// <summary>For each place along an output side, two source places and the weight of the second.</summary>
    private readonly struct Axis
    {
        /// <param name="start">Of the view within the whole chip, not its part: equal bits whichever of them is at hand.</param>
        /// <param name="length">Negative for a flipped one.</param>
        /// <param name="partStart">Of the part within the chip.</param>
        public Axis(double start, double length, int sourceLength, int side, int partStart, int pitch)
        {
            (Near, Far, Weight) = (new int[side], new int[side], new float[side]);
            double step = length / side;
            IsExact = true;
            for (int i = 0; i < side; i++)
            {
                double centre = start + ((i + 0.5) * step) - 0.5;
                double clamped = Math.Clamp(centre, 0, sourceLength - 1);
                int near = (int)clamped;
                Near[i] = (near - partStart) * pitch;
                Far[i] = (Math.Min(near + 1, sourceLength - 1) - partStart) * pitch;
                Weight[i] = (float)(clamped - near);
                IsExact &= Weight[i] == 0;
            }
        }

        public int[] Near { get; }

        public int[] Far { get; }

        public float[] Weight { get; }

        public bool IsExact { get; }
    }
}
