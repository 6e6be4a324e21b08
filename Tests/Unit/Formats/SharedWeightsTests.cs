using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Tests.Unit.Models;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Real weights, against what PyTorch reads in them.</summary>
public sealed class SharedWeightsTests
{
    [SharedDataTheory]
    [InlineData("squeezenet1_1.pth")]
    [InlineData("fire3_legacy_format.pth")]
    [InlineData("fire3_with_opt.pth")]
    public void Values_are_those_that_PyTorch_reads(string name)
    {
        JsonElement expected = Expected.Read("weights.json").GetProperty(name);
        using WeightsFile file = WeightsFile.Open(SharedData.PathOf("weights", name));

        Assert.Equal(expected.EnumerateObject().Select(item => item.Name), file.Tensors.Select(tensor => tensor.Key));
        foreach (JsonProperty item in expected.EnumerateObject())
        {
            float[] values = file.Read(item.Name).ToSingles();
            Assert.Equal(item.Value.GetProperty("first").GetSingle(), values[0]);
            Assert.Equal(item.Value.GetProperty("last").GetSingle(), values[^1]);
            Assert.Equal(item.Value.GetProperty("sum").GetDouble(), values.Sum(value => (double)value), 1e-6);
        }
    }
}
