using System.Numerics;

namespace ArcLearn.Core.Data;

/// <summary>
/// Reads a view of a chip into <c>[Bands, side, side]</c>, sample values going through a table per band (normalisation and light).
/// A source address is the sum of one term of the output row and one of the output column, also for a transposed view.
/// </summary>
internal static class ChipSampler
{
    /// <param name="tables">One per band: 256 entries for 8-bit samples, 65,536 for 16-bit ones.</param>
    public static void Render(DecodedChip chip, ChipView view, float[][] tables, int side, Span<float> output)
    {
        Axis x = new(view.Left, view.Side, view.FlipX, chip.WholeWidth, side, chip.Column, 1);
        Axis y = new(view.Top, view.Side, view.FlipY, chip.WholeHeight, side, chip.Row, chip.Width);
        (Axis rows, Axis columns) = view.Transpose ? (x, y) : (y, x);
        for (int band = 0; band < chip.Bands; band++)
        {
            int plane = chip.Width * chip.Height;
            Span<float> target = output.Slice(band * side * side, side * side);
            if (chip.Bytes.Length > 0)
            {
                Render<byte>(chip.Bytes.AsSpan(band * plane, plane), rows, columns, tables[band], target);
            }
            else
            {
                Render<ushort>(chip.Words.AsSpan(band * plane, plane), rows, columns, tables[band], target);
            }
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

    /// <summary>For each place along an output side, two source places and the weight of the second.</summary>
    private readonly struct Axis
    {
        /// <param name="start">Of the view within the whole chip, not its part: equal bits whichever of them is at hand.</param>
        /// <param name="partStart">Of the part within the chip.</param>
        public Axis(double start, double length, bool isFlipped, int sourceLength, int side, int partStart, int pitch)
        {
            (Near, Far, Weight) = (new int[side], new int[side], new float[side]);
            double step = length / side;
            IsExact = true;
            for (int i = 0; i < side; i++)
            {
                double centre = start + (((isFlipped ? side - 1 - i : i) + 0.5) * step) - 0.5;
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
