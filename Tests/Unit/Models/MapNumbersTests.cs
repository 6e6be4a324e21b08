using System.Runtime.InteropServices;
using ArcLearn.Core.Models;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>bfloat16 as maps hold it, against torch's.</summary>
[Collection(TorchTests.Name)]
public sealed class MapNumbersTests
{
    [Fact]
    public unsafe void Numbers_are_rounded_as_torch_rounds_them()
    {
        // Ties to either side, the largest, beyond it, subnormal ones, infinities and none.
        float[] numbers =
        [
            1.00390625f, 1.01171875f, 1.00390637f, 0, -0f, 3.4e38f, -3.3961775e38f, float.MaxValue,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1e-40f, float.Epsilon, -7.25f, 65535, 1 / 3f,
        ];
        using Tensor rounded = tensor(numbers).to(ScalarType.BFloat16);
        ReadOnlySpan<ushort> expected = MemoryMarshal.Cast<byte, ushort>(rounded.bytes);
        ushort* found = stackalloc ushort[numbers.Length];
        float* read = stackalloc float[numbers.Length];
        fixed (float* from = numbers)
        {
            for (int i = 0; i < numbers.Length; i += SumTile.Lanes)
            {
                MapNumbers.Store(MapNumbers.Load(from + i), found + i);
                MapNumbers.Store(MapNumbers.Load(found + i), read + i);
            }
        }

        using Tensor wide = rounded.to(ScalarType.Float32);
        float[] values = wide.data<float>().ToArray();
        Assert.Equal(values, new ReadOnlySpan<float>(read, numbers.Length).ToArray());
        for (int i = 0; i < numbers.Length; i++)
        {
            // There are many ways to write no number.
            Assert.True(expected[i] == found[i] || float.IsNaN(values[i]), $"{numbers[i]:R}: {found[i]:X4} where torch has {expected[i]:X4}");
        }
    }
}
