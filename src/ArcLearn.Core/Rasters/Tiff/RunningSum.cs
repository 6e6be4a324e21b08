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
    /// <summary>For pixels of 1 to 16 bytes: the bytes moved on by 1, 2, 4 and 8 pixels, and the last pixel repeated in step with the next bytes.</summary>
    private static readonly Vector128<byte>[] s_moves = [.. Enumerable.Range(1, Vector128<byte>.Count).SelectMany(Moves)];

    /// <summary>Adds to each sample the one <paramref name="bands"/> before it, from the first on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T>(Span<T> row, int bands)
        where T : unmanaged, IBinaryInteger<T>
    {
        int done = 0;
        int pixelBytes = bands * Unsafe.SizeOf<T>();
        if (Ssse3.IsSupported && pixelBytes <= Vector128<byte>.Count && row.Length >= Vector128<T>.Count)
        {
            ReadOnlySpan<Vector128<byte>> moves = s_moves.AsSpan((pixelBytes - 1) * 5, 5);
            (Vector128<byte> one, Vector128<byte> two, Vector128<byte> four, Vector128<byte> eight, Vector128<byte> last) = (moves[0], moves[1], moves[2], moves[3], moves[4]);
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

    private static IEnumerable<Vector128<byte>> Moves(int pixelBytes)
    {
        int size = Vector128<byte>.Count;
        for (int pixels = 1; pixels <= 8; pixels *= 2)
        {
            yield return Indices(i => i - (pixels * pixelBytes));
        }

        yield return Indices(i => size - pixelBytes + (i % pixelBytes));
    }

    // An index with its highest bit set gives zero.
    private static Vector128<byte> Indices(Func<int, int> source) =>
        Vector128.Create([.. Enumerable.Range(0, Vector128<byte>.Count).Select(i => (byte)Math.Max(source(i), -128))]);
}
