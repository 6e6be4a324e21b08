using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// Numbers to and from tensors without an array between: <c>torch.tensor</c> copies its array once more, and large arrays are cleared up late.
/// </summary>
internal static class TensorCopy
{
    /// <summary>A tensor of these values.</summary>
    public static Tensor Of(ReadOnlySpan<float> values, ReadOnlySpan<long> shape, Device device)
    {
        Tensor result = empty(shape.ToArray(), float32);
        values.CopyTo(Samples(result));
        return result.to(device);
    }

    /// <summary>The memory of a contiguous 32-bit tensor on the CPU, for as long as it lives.</summary>
    public static Span<float> Samples(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
