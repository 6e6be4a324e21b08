using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>Weights and inputs by formula, as Tests/Parity/ssd.py makes them.</summary>
internal static class Formula
{
    /// <summary>Numbers in [−1, 1) by a mixing function of the index.</summary>
    public static float[] Noise(long count, int seed)
    {
        float[] values = new float[count];
        for (long i = 0; i < count; i++)
        {
            uint x = (uint)(i + (seed * 7919) + 1);
            x ^= x >> 16;
            x *= 0x85EBCA6B;
            x ^= x >> 13;
            x *= 0xC2B2AE35;
            x ^= x >> 16;
            values[i] = (float)((x / 2147483648.0) - 1);
        }

        return values;
    }

    /// <summary>The seed of a weight's numbers.</summary>
    public static int SeedOf(string key) => key.Select((c, i) => (i + 1) * c).Sum() % 100003;

    public static Tensor Image(int count, int bands, int side, int seed = 5) =>
        tensor(Noise((long)count * bands * side * side, seed), [count, bands, side, side]).Times(2);

    public static void Fill(nn.Module module, string prefix = "")
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, Tensor value) in module.state_dict())
        {
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                continue;
            }

            string key = prefix + name;
            Tensor noise = tensor(Noise(value.numel(), SeedOf(key)), value.shape);
            long[] shape = value.shape;
            value.copy_(
                shape.Length == 4 ? noise.Times(Math.Sqrt(3.0 / (shape[1] * shape[2] * shape[3])))
                : key.EndsWith("running_var", StringComparison.Ordinal) || key.EndsWith("weight", StringComparison.Ordinal) ? noise.Times(0.3).Plus(1)
                : noise.Times(0.1));
        }
    }
}
