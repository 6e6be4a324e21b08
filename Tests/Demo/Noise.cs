namespace ArcLearn.Demo;

/// <summary>Repeatable noise: the same seed and position give the same value on every machine.</summary>
internal sealed class Noise(uint seed)
{
    /// <summary>White noise of a lattice point, 0 to 1.</summary>
    public float At(int x, int y)
    {
        // Integer mixing after O'Neill's PCG: 32 bits in, 32 well-spread bits out.
        uint state = seed ^ ((uint)x * 0x9E3779B1u) ^ ((uint)y * 0x85EBCA77u);
        state = (state * 747796405u) + 2891336453u;
        uint word = ((state >> (int)((state >> 28) + 4)) ^ state) * 277803737u;
        return ((word >> 22) ^ word) * (1f / uint.MaxValue);
    }

    /// <summary>Smooth noise with features of <paramref name="size"/> pixels, 0 to 1.</summary>
    public float Smooth(float x, float y, float size)
    {
        float u = x / size;
        float v = y / size;
        int left = (int)MathF.Floor(u);
        int top = (int)MathF.Floor(v);
        float fx = Ease(u - left);
        float fy = Ease(v - top);
        float upper = float.Lerp(At(left, top), At(left + 1, top), fx);
        float lower = float.Lerp(At(left, top + 1), At(left + 1, top + 1), fx);
        return float.Lerp(upper, lower, fy);
    }

    /// <summary>Three octaves of <see cref="Smooth"/>, 0 to 1.</summary>
    public float Fractal(float x, float y, float size) =>
        (0.55f * Smooth(x, y, size)) + (0.3f * Smooth(x + 17, y + 31, size / 2.3f)) + (0.15f * Smooth(x + 71, y + 5, size / 5.1f));

    private static float Ease(float t) => t * t * (3 - (2 * t));
}
