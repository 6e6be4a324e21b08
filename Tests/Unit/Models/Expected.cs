using System.Text.Json;
using ArcLearn.Tests.Unit.TestSupport;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>Values that PyTorch gave (Tests/Parity/write_expected.py).</summary>
internal static class Expected
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNameCaseInsensitive = true };

    public static T Read<T>(string name) => JsonSerializer.Deserialize<T>(
        File.ReadAllText(Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Parity", "expected", name)), s_options)!;

    public static JsonElement Read(string name) => Read<JsonElement>(name);

    public static Sample Sample(this JsonElement element, string name) => element.GetProperty(name).Deserialize<Sample>(s_options)!;
}

/// <summary>Every <paramref name="Step"/>th value of a tensor.</summary>
internal sealed record Sample(long[] Shape, int Step, float[] Values, float Largest)
{
    /// <summary>Same shape, and values within a share of the largest.</summary>
    public void AssertEqual(Tensor actual, string what = "", double share = 1e-4)
    {
        Assert.Equal(Shape, actual.shape);
        AssertEqual(actual.detach().contiguous().data<float>().ToArray(), what, share);
    }

    public void AssertEqual(float[] actual, string what = "", double share = 1e-4)
    {
        Assert.True(Largest > 0, $"{what}: nothing to compare with");
        float[] sampled = [.. Enumerable.Range(0, Values.Length).Select(i => actual[i * Step])];
        for (int i = 0; i < Values.Length; i++)
        {
            Assert.True(
                Math.Abs(sampled[i] - Values[i]) <= share * Largest, $"{what} value {i * Step}: {sampled[i]} where PyTorch has {Values[i]} (largest {Largest})");
        }
    }
}
