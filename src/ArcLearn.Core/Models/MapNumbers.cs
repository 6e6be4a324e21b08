using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Models;

/// <summary>The numbers of maps, 8 at a time, as they lie in memory: of 32 bits, or bfloat16 as the 16 bits that it is, its first half.</summary>
internal static unsafe class MapNumbers
{
    private const int Half = 16;

    /// <summary>Reads 8 numbers.</summary>
    /// <typeparam name="T"><see cref="float"/>, or <see cref="ushort"/> for bfloat16.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load<T>(T* from)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector256.Load((float*)from)
            : Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32((ushort*)from), Half).AsSingle();

    /// <summary>Writes 8 numbers; to bfloat16 rounded to the nearest, to the even one of two, and what is no number stays none.</summary>
    /// <typeparam name="T"><see cref="float"/>, or <see cref="ushort"/> for bfloat16.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector256<float> numbers, T* to)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Vector256.Store(numbers, (float*)to);
            return;
        }

        Vector256<int> bits = numbers.AsInt32();
        Vector256<int> odd = Avx2.And(Avx2.ShiftRightLogical(bits, Half), Vector256<int>.One);
        Vector256<int> rounded = Avx2.ShiftRightLogical(bits + Vector256.Create(0x7FFF) + odd, Half);
        const int NoNumber = 0x7FC0;
        rounded = Avx2.BlendVariable(rounded, Vector256.Create(NoNumber), Avx.CompareUnordered(numbers, numbers).AsInt32());
        Vector128.Store(Sse41.PackUnsignedSaturate(rounded.GetLower(), rounded.GetUpper()), (ushort*)to);
    }
}
