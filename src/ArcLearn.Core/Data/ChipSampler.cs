using System.Buffers;
using System.Numerics;

namespace ArcLearn.Core.Data;

/// <summary>
/// Reads a view of a chip into <c>[Bands, side, side]</c>, bilinearly, sample values going through a table per band (normalisation and light).
/// In an upright view within the chip a source address is the sum of one term of the output row and one of the output column, also for a transposed one.
/// </summary>
internal static class ChipSampler
{
    /// <param name="tables">One per band: 256 entries for 8-bit samples, 65,536 for 16-bit ones. Samples of other types are read as they are.</param>
    public static void Render(DecodedChip chip, ChipView view, float[][] tables, int side, Span<float> output)
    {
        bool isPlain = view.IsUpright && view.IsWithin(chip.WholeWidth, chip.WholeHeight);
        bool isTransposed = isPlain && view.XAcross == 0;
        Axis x = isPlain ? new(view.X, view.XAcross + view.XDown, chip.WholeWidth, side, chip.Column, 1) : default;
        Axis y = isPlain ? new(view.Y, view.YAcross + view.YDown, chip.WholeHeight, side, chip.Row, chip.Width) : default;
        (Axis rows, Axis columns) = isTransposed ? (x, y) : (y, x);
        Tap[]? taps = isPlain ? null : TapsOf(chip, view, side);            // too large for a new one per chip
        for (int band = 0; band < chip.Bands; band++)
        {
            Span<float> target = output.Slice(band * side * side, side * side);
            if (chip.Bytes.Length > 0)
            {
                Read(chip.Plane(chip.Bytes, band), new TableLookup<byte>(tables[band], chip.Fill), target);
            }
            else if (chip.Words.Length > 0 && chip.Missing is int missing)
            {
                Read(chip.Plane(chip.Words, band), new MissingLookup(tables[band], (ushort)missing), target);
            }
            else if (chip.Words.Length > 0)
            {
                Read(chip.Plane(chip.Words, band), new TableLookup<ushort>(tables[band], chip.Fill), target);
            }
            else
            {
                Read(chip.Plane(chip.Floats, band), default(PlainLookup), target);
            }
        }

        if (taps is not null)
        {
            ArrayPool<Tap>.Shared.Return(taps);
        }

        void Read<T, TLookup>(ReadOnlySpan<T> plane, TLookup lookup, Span<float> target)
            where T : unmanaged
            where TLookup : struct, ILookup<T>
        {
            if (taps is null)
            {
                RenderPlain(plane, rows, columns, lookup, target);
            }
            else
            {
                RenderFilled(plane, taps, lookup, target);
            }
        }
    }

    private static void RenderPlain<T, TLookup>(ReadOnlySpan<T> samples, Axis rows, Axis columns, TLookup lookup, Span<float> output)
        where T : unmanaged
        where TLookup : struct, ILookup<T>
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
                float upper = lookup.Of(samples[a + near[j]]);
                if (!isExact)
                {
                    upper += weight[j] * (lookup.Of(samples[a + far[j]]) - upper);
                    float lower = lookup.Of(samples[b + near[j]]);
                    lower += weight[j] * (lookup.Of(samples[b + far[j]]) - lower);
                    upper += down * (lower - upper);
                }

                output[at] = upper;
            }
        }
    }

    /// <summary>Places whose nearest pixel lies beyond the chip are filled.</summary>
    private static void RenderFilled<T, TLookup>(ReadOnlySpan<T> plane, Tap[] taps, TLookup lookup, Span<float> output)
        where T : unmanaged
        where TLookup : struct, ILookup<T>
    {
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = taps[i].IsBeyond ? lookup.Fill : taps[i].Read(plane, lookup);
        }
    }

    private static Tap[] TapsOf(DecodedChip chip, ChipView view, int side)
    {
        Tap[] taps = ArrayPool<Tap>.Shared.Rent(side * side);
        for (int i = 0, at = 0; i < side; i++)
        {
            for (int j = 0; j < side; j++, at++)
            {
                (double x, double y) = view.ToChip((j + 0.5) / side, (i + 0.5) / side);
                taps[at] = Tap.At(chip, x - 0.5, y - 0.5);
            }
        }

        return taps;
    }

    /// <summary>From a sample to what the network sees of it.</summary>
    private interface ILookup<T>
    {
        float Fill { get; }

        float Of(T sample);
    }

    private readonly struct TableLookup<T>(float[] table, int fill) : ILookup<T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public float Fill => table[fill];

        public float Of(T sample) => table[int.CreateTruncating(sample)];
    }

    /// <summary>A missing sample is the mean of its band, which normalisation makes 0; so is what lies beyond the chip.</summary>
    private readonly struct MissingLookup(float[] table, ushort missing) : ILookup<ushort>
    {
        public float Fill => 0;

        public float Of(ushort sample) => sample == missing ? 0 : table[sample];
    }

    /// <summary>Samples as they are; what is made of a missing neighbour is missing too.</summary>
    private readonly struct PlainLookup : ILookup<float>
    {
        public float Fill => float.NaN;

        public float Of(float sample) => sample;
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
                x > column ? 1 : 0,                             // a neighbour that weighs nothing may be missing
                y > row ? chip.Width : 0,
                (float)(x - column),
                (float)(y - row),
                IsBeyond: false);
        }

        public float Read<T, TLookup>(ReadOnlySpan<T> plane, TLookup lookup)
            where T : unmanaged
            where TLookup : struct, ILookup<T>
        {
            float upper = Mix(lookup.Of(plane[UpperLeft]), lookup.Of(plane[UpperLeft + Right]), Across);
            float lower = Mix(lookup.Of(plane[UpperLeft + Down]), lookup.Of(plane[UpperLeft + Down + Right]), Across);
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
                Weight[i] = (float)(clamped - near);
                Far[i] = Weight[i] == 0 ? Near[i] : Near[i] + pitch;          // a neighbour that weighs nothing may be missing
                IsExact &= Weight[i] == 0;
            }
        }

        public int[] Near { get; }

        public int[] Far { get; }

        public float[] Weight { get; }

        public bool IsExact { get; }
    }
}
