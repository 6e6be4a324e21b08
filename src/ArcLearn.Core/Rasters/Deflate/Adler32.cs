using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters.Deflate;

/// <summary>The check sum at the end of a zlib stream (RFC 1950, section 8.2).</summary>
internal static class Adler32
{
    private const uint Modulus = 65521;

    /// <summary>So many bytes at a time keep the sums of each lane, and of all, in 32 bits.</summary>
    private const int Stretch = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Of(ReadOnlySpan<byte> data)
    {
        (uint low, uint high) = (1, 0);
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> part = data[..Math.Min(Stretch, data.Length)];
            data = data[part.Length..];
            ReadOnlySpan<Vector<byte>> vectors = MemoryMarshal.Cast<byte, Vector<byte>>(part);
            Vector<uint> sums = Vector<uint>.Zero;      // of the bytes so far
            Vector<uint> sumsOfSums = Vector<uint>.Zero;
            Vector<uint> weighted = Vector<uint>.Zero;  // of the bytes by how many of their vector they are ahead of
            (Vector<ushort> first, Vector<ushort> second) = Weights();
            foreach (Vector<byte> bytes in vectors)
            {
                sumsOfSums += sums;
                Vector.Widen(bytes, out Vector<ushort> a, out Vector<ushort> b);
                Vector.Widen(a + b, out Vector<uint> c, out Vector<uint> d);
                sums += c + d;
                Vector.Widen((a * first) + (b * second), out c, out d);
                weighted += c + d;
            }

            int done = vectors.Length * Vector<byte>.Count;
            high += (low * (uint)done) + ((uint)Vector<byte>.Count * Vector.Sum(sumsOfSums)) + Vector.Sum(weighted);
            low += Vector.Sum(sums);
            foreach (byte value in part[done..])
            {
                low += value;
                high += low;
            }

            (low, high) = (low % Modulus, high % Modulus);
        }

        return (high << 16) | low;
    }

    private static (Vector<ushort> First, Vector<ushort> Second) Weights()
    {
        Span<ushort> weights = stackalloc ushort[Vector<byte>.Count];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (ushort)(weights.Length - i);
        }

        return (new Vector<ushort>(weights), new Vector<ushort>(weights[Vector<ushort>.Count..]));
    }
}
