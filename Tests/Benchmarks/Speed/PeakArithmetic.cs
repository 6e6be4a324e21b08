using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>What the processor can multiply and add at most: no convolution that multiplies every pair is faster.</summary>
internal static class PeakArithmetic
{
    private const int Steps = 20_000_000;
    private const int Chains = 10;

    /// <summary>Floating-point operations a second of so many threads that do nothing but 32-bit fused multiply-adds on registers, as wide as the processor has them.</summary>
    public static double Measure(int threads)
    {
        double best = 0;
        for (int round = 0; round < 5; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            _ = Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => GC.KeepAlive(Vector512.IsHardwareAccelerated ? Wide() : Narrow()));
            double operations = 2.0 * threads * Steps * Chains * (Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count);
            best = Math.Max(best, operations / watch.Elapsed.TotalSeconds);
        }

        return best;
    }

    // Ten sums that do not wait for each other hide the instruction's latency.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Narrow()
    {
        Vector256<float> a = Vector256.Create(1f), b = Vector256.Create(0.5f);
        Vector256<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int i = 0; i < Steps; i++)
        {
            s0 = Vector256.FusedMultiplyAdd(s0, b, a);
            s1 = Vector256.FusedMultiplyAdd(s1, b, a);
            s2 = Vector256.FusedMultiplyAdd(s2, b, a);
            s3 = Vector256.FusedMultiplyAdd(s3, b, a);
            s4 = Vector256.FusedMultiplyAdd(s4, b, a);
            s5 = Vector256.FusedMultiplyAdd(s5, b, a);
            s6 = Vector256.FusedMultiplyAdd(s6, b, a);
            s7 = Vector256.FusedMultiplyAdd(s7, b, a);
            s8 = Vector256.FusedMultiplyAdd(s8, b, a);
            s9 = Vector256.FusedMultiplyAdd(s9, b, a);
        }

        return Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide()
    {
        Vector512<float> a = Vector512.Create(1f), b = Vector512.Create(0.5f);
        Vector512<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int i = 0; i < Steps; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, b, a);
            s1 = Vector512.FusedMultiplyAdd(s1, b, a);
            s2 = Vector512.FusedMultiplyAdd(s2, b, a);
            s3 = Vector512.FusedMultiplyAdd(s3, b, a);
            s4 = Vector512.FusedMultiplyAdd(s4, b, a);
            s5 = Vector512.FusedMultiplyAdd(s5, b, a);
            s6 = Vector512.FusedMultiplyAdd(s6, b, a);
            s7 = Vector512.FusedMultiplyAdd(s7, b, a);
            s8 = Vector512.FusedMultiplyAdd(s8, b, a);
            s9 = Vector512.FusedMultiplyAdd(s9, b, a);
        }

        return Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9);
    }
}
