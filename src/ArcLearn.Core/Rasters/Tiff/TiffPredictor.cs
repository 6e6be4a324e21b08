using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The predictors of <see cref="TiffSamples"/>, applied to one row of little-endian samples that is to be compressed.</summary>
internal static class TiffPredictor
{
    public static void Apply(int predictor, Span<byte> row, Span<byte> scratch, int sampleBytes, int bands)
    {
        if (predictor == 3)
        {
            int samples = row.Length / sampleBytes;
            row.CopyTo(scratch);
            for (int part = 0; part < sampleBytes; part++)
            {
                Span<byte> plane = row.Slice(part * samples, samples);
                for (int i = 0, at = sampleBytes - 1 - part; i < samples; i++, at += sampleBytes)
                {
                    plane[i] = scratch[at];
                }
            }

            Difference(row, bands);
            return;
        }

        switch (sampleBytes)
        {
            case 1:
                Difference(row, bands);
                break;
            case 2:
                Difference(MemoryMarshal.Cast<byte, ushort>(row), bands);
                break;
            case 4:
                Difference(MemoryMarshal.Cast<byte, uint>(row), bands);
                break;
            default:
                Difference(MemoryMarshal.Cast<byte, ulong>(row), bands);
                break;
        }
    }

    /// <summary>Takes from each sample the one of the pixel to its left, from the right on: what is taken is not yet changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Difference<T>(Span<T> row, int bands)
        where T : unmanaged, IBinaryInteger<T>
    {
        int i = row.Length;
        for (; i >= bands + Vector<T>.Count; i -= Vector<T>.Count)
        {
            int at = i - Vector<T>.Count;
            (new Vector<T>(row[at..]) - new Vector<T>(row[(at - bands)..])).CopyTo(row[at..]);
        }

        for (i--; i >= bands; i--)
        {
            row[i] = unchecked(row[i] - row[i - bands]);
        }
    }
}
