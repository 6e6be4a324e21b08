using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>From decoded bytes to samples: byte order, predictors, samples of other widths than memory has.</summary>
internal static class TiffSamples
{
    /// <summary>Turns samples of 2, 4 or 8 bytes in the file's byte order into this machine's.</summary>
    public static void ToNativeOrder(Span<byte> samples, int sampleBytes, bool isBigEndian)
    {
        if (isBigEndian != BitConverter.IsLittleEndian)
        {
            return;
        }

        switch (sampleBytes)
        {
            case 2:
                Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(samples);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                Span<uint> longs = MemoryMarshal.Cast<byte, uint>(samples);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
            case 8:
                Span<ulong> giants = MemoryMarshal.Cast<byte, ulong>(samples);
                BinaryPrimitives.ReverseEndianness(giants, giants);
                break;
            default:
                break;
        }
    }

    public static void ReverseBits(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            int v = value;
            v = ((v & 0x55) << 1) | ((v >> 1) & 0x55);
            v = ((v & 0x33) << 2) | ((v >> 2) & 0x33);
            value = (byte)((v << 4) | (v >> 4));
        }
    }

    /// <summary>Undoes horizontal differencing (TIFF 6.0 section 14) in one row of samples in this machine's byte order.</summary>
    public static void UndoDifferences(Span<byte> row, int sampleBytes, int bands)
    {
        switch (sampleBytes)
        {
            case 1:
                RunningSum.Apply(row, bands);
                break;
            case 2:
                RunningSum.Apply(MemoryMarshal.Cast<byte, ushort>(row), bands);
                break;
            case 4:
                RunningSum.Apply(MemoryMarshal.Cast<byte, uint>(row), bands);
                break;
            default:
                RunningSum.Apply(MemoryMarshal.Cast<byte, ulong>(row), bands);
                break;
        }
    }

    /// <summary>
    /// Undoes the floating-point predictor (Adobe's TIFF Technical Note 3) in one row: the bytes of all samples lie byte by byte, the most
    /// significant first, each as its difference to the one <paramref name="bands"/> before. The result is in this machine's byte order.
    /// </summary>
    public static void UndoFloatingPoint(Span<byte> row, Span<byte> scratch, int sampleBytes, int bands)
    {
        RunningSum.Apply(row, bands);
        int samples = row.Length / sampleBytes;
        row.CopyTo(scratch);
        for (int part = 0; part < sampleBytes; part++)
        {
            ReadOnlySpan<byte> plane = scratch.Slice(part * samples, samples);
            int at = BitConverter.IsLittleEndian ? sampleBytes - 1 - part : part;
            for (int i = 0; i < plane.Length; i++, at += sampleBytes)
            {
                row[at] = plane[i];
            }
        }
    }

    /// <summary>Floating point of 16 or 24 bits, in this machine's byte order, to 32 bits: every value is kept.</summary>
    public static void WidenFloats(ReadOnlySpan<byte> source, Span<byte> output, int bits)
    {
        Span<float> target = MemoryMarshal.Cast<byte, float>(output);
        if (bits == 16)
        {
            ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(source);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = (float)halves[i];
            }

            return;
        }

        for (int i = 0; i < target.Length; i++)
        {
            ReadOnlySpan<byte> three = source.Slice(3 * i, 3);
            target[i] = FromBits24(BitConverter.IsLittleEndian ? (three[2] << 16) | (three[1] << 8) | three[0] : (three[0] << 16) | (three[1] << 8) | three[2]);
        }
    }

    /// <summary>Reads samples of <paramref name="bits"/> bits, most significant bit first, rows padded to whole bytes; signed ones keep their sign.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, Span<byte> output, int bits, SampleType type, int rowSamples, int rows)
    {
        int rowBytes = (int)((((long)rowSamples * bits) + 7) / 8);
        int size = type.Bytes();
        bool isSigned = type.IsSigned();
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> source = packed.Slice(row * rowBytes, rowBytes);
            Span<byte> target = output.Slice(row * rowSamples * size, rowSamples * size);
            long position = 0;
            for (int i = 0; i < rowSamples; i++, position += bits)
            {
                ulong value = Bits(source, position, bits);
                if (isSigned)
                {
                    value = (ulong)((long)(value << (64 - bits)) >> (64 - bits));
                }

                switch (size)
                {
                    case 1:
                        target[i] = (byte)value;
                        break;
                    case 2:
                        MemoryMarshal.Write(target[(2 * i)..], (ushort)value);
                        break;
                    case 4:
                        MemoryMarshal.Write(target[(4 * i)..], (uint)value);
                        break;
                    default:
                        MemoryMarshal.Write(target[(8 * i)..], value);
                        break;
                }
            }
        }
    }

    private static ulong Bits(ReadOnlySpan<byte> source, long position, int count)
    {
        ulong value = 0;
        int at = (int)(position >> 3);
        int skip = (int)(position & 7);
        while (count > 0)
        {
            int taken = Math.Min(count, 8 - skip);
            int part = (source[at++] >> (8 - skip - taken)) & ((1 << taken) - 1);
            value = (value << taken) | (uint)part;
            (count, skip) = (count - taken, 0);
        }

        return value;
    }

    /// <summary>One sign bit, seven of exponent (bias 63), sixteen of fraction.</summary>
    private static float FromBits24(int value)
    {
        int sign = value >> 23 << 31;
        int exponent = (value >> 16) & 0x7F;
        int fraction = value & 0xFFFF;
        if (exponent == 0)
        {
            float small = MathF.ScaleB(fraction, -62 - 16);
            return sign < 0 ? -small : small;
        }

        int wide = exponent == 0x7F ? 0xFF : exponent - 63 + 127;
        return BitConverter.Int32BitsToSingle(sign | (wide << 23) | (fraction << 7));
    }
}
