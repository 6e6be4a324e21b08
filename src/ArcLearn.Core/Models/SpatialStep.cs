namespace ArcLearn.Core.Models;

/// <summary>What a convolution or a pool does to the side of a square feature map.</summary>
/// <param name="Ceiling">torch's <c>ceil_mode</c> of pools.</param>
internal readonly record struct SpatialStep(int Kernel, int Stride, int Padding, bool Ceiling = false)
{
    /// <summary>The side afterwards; 0 or less where the map is smaller than the kernel.</summary>
    public int Apply(int side)
    {
        int room = side + (2 * Padding) - Kernel;
        if (room < 0)
        {
            return 0;
        }

        int result = (Ceiling ? (room + Stride - 1) / Stride : room / Stride) + 1;

        // A window that would begin beyond the map is not taken (torch's pooling_output_shape).
        return Ceiling && (result - 1) * Stride >= side + Padding ? result - 1 : result;
    }
}

internal static class SpatialSteps
{
    /// <summary>The side after all steps; 0 where the map is too small for one of them.</summary>
    public static int SideAfter(this IReadOnlyList<SpatialStep> steps, int side) => steps.Aggregate(side, (left, step) => left <= 0 ? 0 : step.Apply(left));
}
