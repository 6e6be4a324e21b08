using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// What convolutions compute in. With bfloat16 their operands and results have 8 significant bits and the sums between them are 32-bit; where the
/// processor has no instruction for that, 32-bit convolutions of equally rounded numbers do the same: torch's own bfloat16 took twenty times as long there.
/// Batch norm takes such maps too and reckons in 32 bits by itself.
/// </summary>
/// <param name="IsRounded">Whether operands and results are bfloat16.</param>
/// <param name="IsNative">Whether the device multiplies them as they are.</param>
internal readonly record struct ConvolutionArithmetic(bool IsRounded, bool IsNative)
{
    /// <summary>Whether the processor multiplies bfloat16.</summary>
    public static bool HasBFloat16 { get; } = CpuFeatures.List().Any(feature => feature is "avx512_bf16" or "amx_bf16");

    public static ConvolutionArithmetic Of(LearnPrecision precision, Device device) => precision == LearnPrecision.BFloat16
        ? new(IsRounded: true, IsNative: device.type == DeviceType.CUDA || HasBFloat16)
        : default;

    /// <summary>A weight as an operand; itself in 32 bits.</summary>
    public Tensor Round(Tensor operand)
    {
        if (!IsRounded)
        {
            return operand;
        }

        Tensor rounded = operand.to(ScalarType.BFloat16);
        return IsNative ? rounded : rounded.to(ScalarType.Float32);
    }

    /// <summary>A convolution with weights that went through <see cref="Round"/>, and the ReLU behind it where wanted.</summary>
    public Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long groups = 1, bool relu = false)
    {
        if (!IsRounded || !IsNative)
        {
            return ConvolutionFunction.Convolve(IsRounded ? input.to(ScalarType.BFloat16) : input, weight, bias, stride, padding, groups, relu);
        }

        Tensor result = nn.functional.conv2d(input.to(ScalarType.BFloat16), weight, bias, stride, padding, groups: groups);
        return relu ? result.relu_() : result;
    }
}
