using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// Running sums of a row, band by band, as predictors ask for. Sixteen bytes at a time: sums over the pixels in them by doubling steps (Hillis and Steele's
/// scan), then the last pixel before them is added to all.
/// </summary>
internal static class RunningSum
{
    private const int MovesOfEach = 5;

    /// <summary>For pixels of 1 to 16 bytes: the bytes moved on by 1, 2, 4 and 8 pixels, and the last pixel repeated in step with the next bytes.</summary>
    private static readonly byte[] s_moves = Moves();

    /// <summary>Adds to each sample the one <paramref name="bands"/> before it, from the first on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T>(Span<T> row, int bands)
        where T : unmanaged, IBinaryInteger<T>
    {
        int done = 0;
        int pixelBytes = bands * Unsafe.SizeOf<T>();
        if (Ssse3.IsSupported && pixelBytes <= Vector128<byte>.Count && row.Length >= Vector128<T>.Count)
        {
            ReadOnlySpan<byte> moves = s_moves.AsSpan((pixelBytes - 1) * MovesOfEach * Vector128<byte>.Count, MovesOfEach * Vector128<byte>.Count);
            Vector128<byte> one = Vector128.Create(moves);
            Vector128<byte> two = Vector128.Create(moves[16..]);
            Vector128<byte> four = Vector128.Create(moves[32..]);
            Vector128<byte> eight = Vector128.Create(moves[48..]);
            Vector128<byte> last = Vector128.Create(moves[64..]);
            ref T start = ref MemoryMarshal.GetReference(row);
            Vector128<T> sum = Vector128<T>.Zero;
            for (; done <= row.Length - Vector128<T>.Count; done += Vector128<T>.Count)
            {
                Vector128<T> values = Vector128.LoadUnsafe(ref start, (nuint)done);
                values += Ssse3.Shuffle(values.AsByte(), one).As<byte, T>();
                values += Ssse3.Shuffle(values.AsByte(), two).As<byte, T>();
                values += Ssse3.Shuffle(values.AsByte(), four).As<byte, T>();
                values += Ssse3.Shuffle(values.AsByte(), eight).As<byte, T>();
                sum = values + Ssse3.Shuffle(sum.AsByte(), last).As<byte, T>();
                sum.StoreUnsafe(ref start, (nuint)done);
            }
        }

        for (int i = Math.Max(done, bands); i < row.Length; i++)
        {
            row[i] = unchecked(row[i] + row[i - bands]);
        }
    }

    /// <summary>Plain loops: a query over vectors would be compiled for longer than it runs.</summary>
    private static byte[] Moves()
    {
        int size = Vector128<byte>.Count;
        byte[] moves = new byte[size * MovesOfEach * size];
        int at = 0;
        for (int pixelBytes = 1; pixelBytes <= size; pixelBytes++)
        {
            for (int pixels = 1; pixels <= 8; pixels *= 2)
            {
                for (int i = 0; i < size; i++)
                {
                    // An index with its highest bit set gives zero.
                    moves[at++] = (byte)Math.Max(i - (pixels * pixelBytes), -128);
                }
            }

            for (int i = 0; i < size; i++)
            {
                moves[at++] = (byte)(size - pixelBytes + (i % pixelBytes));
            }
        }

        return moves;
    }
}
