using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Models;

/// <summary>
/// The transforms of the minimal filtering F(4×4, 3×3) of Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2016): a square of 4×4 results of a 3×3
/// convolution comes from the 6×6 samples around it with 36 multiplications for each pair of channels, where the plain sums take 144. Channels lie side by side, 8 at a time;
/// a last group of 8 overlaps the one before it, so there must be 8 at least.
/// </summary>
internal static unsafe class WinogradTransform
{
    /// <summary>Side of the square of results.</summary>
    public const int Square = 4;

    /// <summary>Side of the square of samples that they depend on.</summary>
    public const int Patch = 6;

    /// <summary>Pairs of numbers that are multiplied for a square.</summary>
    public const int Points = Patch * Patch;

    /// <summary>Side of the kernel.</summary>
    public const int Kernel = 3;

    private const int Lanes = SumTile.Lanes;

    // The polynomials are evaluated at 0, ±Near, ±Far and infinity. With 1 and 2, as in the paper, rounding is twice as large; these are exact in binary, and so are their squares and the products of those.
    private const float Near = 5 / 8f;
    private const float Far = 3 / 2f;
    private const float NearSquared = Near * Near;
    private const float FarSquared = Far * Far;
    private const float NearWeight = 1 / (2 * NearSquared * (NearSquared - FarSquared));
    private const float FarWeight = 1 / (2 * FarSquared * (FarSquared - NearSquared));
    private const float ZeroWeight = 1 / (NearSquared * FarSquared);

    /// <summary>Samples to points: <c>Bᵀ d B</c>.</summary>
    /// <typeparam name="T">Of <see cref="MapNumbers"/>.</typeparam>
    /// <param name="pixels">36 pixels.</param>
    /// <param name="to">The first point's numbers.</param>
    /// <param name="plane">From one point's numbers to the next's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Samples<T>(T** pixels, int channels, float* to, long plane)
        where T : unmanaged
    {
        float* half = stackalloc float[Points * Lanes];
        for (int group = 0; group < channels; group += Lanes)
        {
            int channel = Math.Min(group, channels - Lanes);
            for (int x = 0; x < Patch; x++)
            {
                Samples(
                    MapNumbers.Load(pixels[x] + channel),
                    MapNumbers.Load(pixels[Patch + x] + channel),
                    MapNumbers.Load(pixels[(2 * Patch) + x] + channel),
                    MapNumbers.Load(pixels[(3 * Patch) + x] + channel),
                    MapNumbers.Load(pixels[(4 * Patch) + x] + channel),
                    MapNumbers.Load(pixels[(5 * Patch) + x] + channel),
                    half + (x * Lanes),
                    Patch * Lanes);
            }

            for (int y = 0; y < Patch; y++)
            {
                float* row = half + (y * Patch * Lanes);
                Samples(row, Lanes, to + channel + (y * Patch * plane), plane);
            }
        }
    }

    /// <summary>Gradients of results to gradients of points: <c>A d Aᵀ</c>.</summary>
    /// <typeparam name="T">Of <see cref="MapNumbers"/>.</typeparam>
    /// <param name="pixels">16 pixels.</param>
    /// <param name="first">First channel.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="to">The first point's numbers.</param>
    /// <param name="plane">From one point's numbers to the next's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradients<T>(T** pixels, int first, int end, float* to, long plane)
        where T : unmanaged
    {
        float* half = stackalloc float[Patch * Square * Lanes];
        for (int group = first; group < end; group += Lanes)
        {
            int channel = Math.Min(group, end - Lanes);
            for (int x = 0; x < Square; x++)
            {
                Gradients(
                    MapNumbers.Load(pixels[x] + channel),
                    MapNumbers.Load(pixels[Square + x] + channel),
                    MapNumbers.Load(pixels[(2 * Square) + x] + channel),
                    MapNumbers.Load(pixels[(3 * Square) + x] + channel),
                    half + (x * Lanes),
                    Square * Lanes);
            }

            for (int y = 0; y < Patch; y++)
            {
                float* row = half + (y * Square * Lanes);
                Gradients(
                    Vector256.Load(row),
                    Vector256.Load(row + Lanes),
                    Vector256.Load(row + (2 * Lanes)),
                    Vector256.Load(row + (3 * Lanes)),
                    to + (channel - first) + (y * Patch * plane),
                    plane);
            }
        }
    }

    /// <summary>Sums at the points to results: <c>Aᵀ m A</c>, a bias, and ReLU where wanted.</summary>
    /// <typeparam name="T">Of <see cref="MapNumbers"/>.</typeparam>
    /// <param name="from">The first point's sums.</param>
    /// <param name="plane">From one point's sums to the next's.</param>
    /// <param name="bias">Of each channel, or null.</param>
    /// <param name="to">The square's first pixel.</param>
    /// <param name="pixel">From a pixel to the next.</param>
    /// <param name="line">From a line of pixels to the next.</param>
    /// <param name="height">Lines of the square that the map has.</param>
    /// <param name="width">Pixels of a line that it has.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Results<T>(float* from, long plane, int channels, float* bias, bool relu, T* to, long pixel, long line, int height, int width)
        where T : unmanaged
    {
        float* half = stackalloc float[Square * Patch * Lanes];
        float* four = stackalloc float[Square * Lanes];
        for (int group = 0; group < channels; group += Lanes)
        {
            int channel = Math.Min(group, channels - Lanes);
            for (int x = 0; x < Patch; x++)
            {
                float* at = from + channel + (x * plane);
                Results(at, Patch * plane, half + (x * Lanes), Patch * Lanes);
            }

            Vector256<float> shift = bias is null ? default : Vector256.Load(bias + channel);
            for (int y = 0; y < height; y++)
            {
                float* row = half + (y * Patch * Lanes);
                Results(row, Lanes, four, Lanes);
                for (int x = 0; x < width; x++)
                {
                    Vector256<float> result = Vector256.Load(four + (x * Lanes)) + shift;
                    MapNumbers.Store(relu ? Avx.Max(default, result) : result, to + channel + (y * line) + (x * pixel));
                }
            }
        }
    }

    /// <summary>A kernel's 9 numbers of 8 outputs to points: <c>G g Gᵀ</c>.</summary>
    /// <param name="from">The first number of each.</param>
    /// <param name="y">From a number to the next below.</param>
    /// <param name="x">From a number to the next beside it; negative to read a kernel from its end.</param>
    /// <param name="to">The first point's numbers.</param>
    /// <param name="plane">From one point's numbers to the next's.</param>
    public static void Weights(float* from, long y, long x, float* to, long plane)
    {
        float* half = stackalloc float[Patch * Kernel * Lanes];
        for (int i = 0; i < Kernel; i++)
        {
            float* column = from + (i * x);
            Weights(Vector256.Load(column), Vector256.Load(column + y), Vector256.Load(column + (2 * y)), half + (i * Lanes), Kernel * Lanes);
        }

        for (int i = 0; i < Patch; i++)
        {
            float* row = half + (i * Kernel * Lanes);
            Weights(Vector256.Load(row), Vector256.Load(row + Lanes), Vector256.Load(row + (2 * Lanes)), to + (i * Patch * plane), plane);
        }
    }

    /// <summary>Gradients of the points to gradients of a kernel's 9 numbers of 8 outputs: <c>Gᵀ m G</c>.</summary>
    /// <param name="from">The first point's numbers.</param>
    /// <param name="plane">From one point's numbers to the next's.</param>
    /// <param name="to">The first number's gradients.</param>
    /// <param name="step">From one number's gradients to the next's.</param>
    public static void WeightGradients(float* from, long plane, float* to, long step)
    {
        float* half = stackalloc float[Kernel * Patch * Lanes];
        for (int x = 0; x < Patch; x++)
        {
            float* at = from + (x * plane);
            LineOfWeightGradients(at, Patch * plane, half + (x * Lanes), Patch * Lanes);
        }

        for (int y = 0; y < Kernel; y++)
        {
            float* row = half + (y * Patch * Lanes);
            LineOfWeightGradients(row, Lanes, to + (y * Kernel * step), step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Samples(float* from, long stride, float* to, long step) => Samples(
        Vector256.Load(from),
        Vector256.Load(from + stride),
        Vector256.Load(from + (2 * stride)),
        Vector256.Load(from + (3 * stride)),
        Vector256.Load(from + (4 * stride)),
        Vector256.Load(from + (5 * stride)),
        to,
        step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Samples(
        Vector256<float> d0, Vector256<float> d1, Vector256<float> d2, Vector256<float> d3, Vector256<float> d4, Vector256<float> d5, float* to, long step)
    {
        Vector256<float> product = Vector256.Create(NearSquared * FarSquared);
        Vector256<float> sum = Vector256.Create(NearSquared + FarSquared);
        Vector256.Store(Fma.MultiplyAdd(product, d0, Fma.MultiplyAddNegated(sum, d2, d4)), to);
        StorePair(Fma.MultiplyAddNegated(Vector256.Create(FarSquared), d2, d4), Fma.MultiplyAddNegated(Vector256.Create(FarSquared), d1, d3), Near, to + step, step);
        StorePair(Fma.MultiplyAddNegated(Vector256.Create(NearSquared), d2, d4), Fma.MultiplyAddNegated(Vector256.Create(NearSquared), d1, d3), Far, to + (3 * step), step);
        Vector256.Store(Fma.MultiplyAdd(product, d1, Fma.MultiplyAddNegated(sum, d3, d5)), to + (5 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gradients(Vector256<float> d0, Vector256<float> d1, Vector256<float> d2, Vector256<float> d3, float* to, long step)
    {
        Vector256.Store(d0, to);
        StorePair(Fma.MultiplyAdd(Vector256.Create(NearSquared), d2, d0), Fma.MultiplyAdd(Vector256.Create(NearSquared), d3, d1), Near, to + step, step);
        StorePair(Fma.MultiplyAdd(Vector256.Create(FarSquared), d2, d0), Fma.MultiplyAdd(Vector256.Create(FarSquared), d3, d1), Far, to + (3 * step), step);
        Vector256.Store(d3, to + (5 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Results(float* from, long stride, float* to, long step)
    {
        (Vector256<float> m0, Vector256<float> m1, Vector256<float> m2) = (Vector256.Load(from), Vector256.Load(from + stride), Vector256.Load(from + (2 * stride)));
        (Vector256<float> m3, Vector256<float> m4, Vector256<float> m5) = (Vector256.Load(from + (3 * stride)), Vector256.Load(from + (4 * stride)), Vector256.Load(from + (5 * stride)));
        Vector256<float> near = m1 + m2;
        Vector256<float> far = m3 + m4;
        Vector256.Store(m0 + near + far, to);
        Vector256.Store(Fma.MultiplyAdd(Vector256.Create(FarSquared), far, near * NearSquared), to + (2 * step));
        near = m1 - m2;
        far = m3 - m4;
        Vector256.Store(Fma.MultiplyAdd(Vector256.Create(Far), far, near * Near), to + step);
        Vector256.Store(Fma.MultiplyAdd(Vector256.Create(Far * FarSquared), far, Fma.MultiplyAdd(Vector256.Create(Near * NearSquared), near, m5)), to + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Weights(Vector256<float> g0, Vector256<float> g1, Vector256<float> g2, float* to, long step)
    {
        Vector256.Store(g0 * ZeroWeight, to);
        StorePair(Fma.MultiplyAdd(g2, Vector256.Create(NearSquared * NearWeight), g0 * NearWeight), g1 * NearWeight, Near, to + step, step);
        StorePair(Fma.MultiplyAdd(g2, Vector256.Create(FarSquared * FarWeight), g0 * FarWeight), g1 * FarWeight, Far, to + (3 * step), step);
        Vector256.Store(g2, to + (5 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LineOfWeightGradients(float* from, long stride, float* to, long step)
    {
        (Vector256<float> m0, Vector256<float> m1, Vector256<float> m2) = (Vector256.Load(from), Vector256.Load(from + stride), Vector256.Load(from + (2 * stride)));
        (Vector256<float> m3, Vector256<float> m4, Vector256<float> m5) = (Vector256.Load(from + (3 * stride)), Vector256.Load(from + (4 * stride)), Vector256.Load(from + (5 * stride)));
        Vector256<float> near = (m1 + m2) * NearWeight;
        Vector256<float> far = (m3 + m4) * FarWeight;
        Vector256.Store(Fma.MultiplyAdd(m0, Vector256.Create(ZeroWeight), near + far), to);
        Vector256.Store(Fma.MultiplyAdd(m1 - m2, Vector256.Create(Near * NearWeight), (m3 - m4) * (Far * FarWeight)), to + step);
        Vector256.Store(Fma.MultiplyAdd(near, Vector256.Create(NearSquared), Fma.MultiplyAdd(far, Vector256.Create(FarSquared), m5)), to + (2 * step));
    }

    /// <summary>The values at a place and at its negative, from the even and the odd terms.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(Vector256<float> even, Vector256<float> odd, float place, float* to, long step)
    {
        Vector256<float> factor = Vector256.Create(place);
        Vector256.Store(Fma.MultiplyAdd(factor, odd, even), to);
        Vector256.Store(Fma.MultiplyAddNegated(factor, odd, even), to + step);
    }
}
