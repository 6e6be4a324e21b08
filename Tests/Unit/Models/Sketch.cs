using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>A tensor's norm and two projections on noise of deviation 1, as Tests/Parity/write_expected.py makes them: projections differ by about the norm of a difference.</summary>
internal static class Sketch
{
    /// <summary>Within a part of the tensor's norm.</summary>
    public static void AssertEqual(double[] expected, Tensor actual, string key, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = actual.detach().to(ScalarType.Float64).contiguous().flatten();
        double[] found = [flat.norm().item<double>(), Projection(flat, key, 1), Projection(flat, key, 2)];
        for (int i = 0; i < found.Length; i++)
        {
            Assert.True(
                Math.Abs(found[i] - expected[i]) <= tolerance * expected[0],
                $"{key}, number {i}: {found[i]:R} where PyTorch has {expected[i]:R} (norm {expected[0]:R})");
        }
    }

    private static double Projection(Tensor flat, string key, int offset) =>
        (flat * tensor(Formula.Noise(flat.numel(), Formula.SeedOf(key) + offset))).sum().item<double>() * Math.Sqrt(3);
}
