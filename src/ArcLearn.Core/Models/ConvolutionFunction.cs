using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// A convolution with stride 1 that keeps the map's sides, on the CPU with channels innermost: <c>[N, input, s, t]</c> in, <c>[N, output, s, t]</c> out.
/// Where <see cref="ChannelsLastConvolution"/> takes it, that computes value and gradients, else, in 32 bits, torch and <see cref="KernelGradient"/>. It is what torch computes but for rounding.
/// </summary>
/// <remarks>
/// It is differentiated once: its gradients have none of their own. torch calls back from native code, through which no exception may pass: a fault in the backward pass leaves gradients out, and <see cref="ThrowIfFailed"/>
/// raises it afterwards on the same thread.
/// </remarks>
internal sealed class ConvolutionFunction : autograd.SingleTensorFunction<ConvolutionFunction>
{
    private const string BiasLearns = nameof(BiasLearns);
    private const string IsFiltered = nameof(IsFiltered);

    [ThreadStatic]
    private static ExceptionDispatchInfo? _failure;

    // torch copies what a backward pass returns only after it has returned, so what one returned is let go in the next.
    [ThreadStatic]
    private static List<Tensor>? _returned;

    public override string Name => nameof(ConvolutionFunction);

    /// <summary>torch's convolution, and the ReLU behind it where wanted; by another way where that is faster.</summary>
    /// <param name="input">Of 32 bits, or of bfloat16, as the result then is.</param>
    /// <param name="weight">Of 32 bits.</param>
    public static Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, long[] stride, long[] padding, long groups, bool relu = false)
    {
        bool isPlain = groups == 1 && stride is [1, 1] && padding[0] == padding[1] && weight.shape is [_, _, long height, long width] && height == width && width == (2 * padding[0]) + 1
            && input.device_type == DeviceType.CPU && input.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == ScalarType.Float32;
        bool isOurs = isPlain && ChannelsLastConvolution.Takes(input, weight, bias);
        bool learns = is_grad_enabled() && (weight.requires_grad || input.requires_grad || bias is { requires_grad: true });
        if (isOurs && !learns)
        {
            return ChannelsLastConvolution.Convolve(input, weight, bias, relu);
        }

        if (input.dtype == ScalarType.BFloat16 && !isOurs)
        {
            return Convolve(input.to(ScalarType.Float32), weight, bias, stride, padding, groups, relu).to(ScalarType.BFloat16);
        }

        // torch's own gradient of a weight is slow in this layout, but right where there is nothing to add up.
        Tensor result = isOurs || (isPlain && learns && weight.requires_grad && SumTile.IsSupported && input.numel() > 0)
            ? apply(input, weight, bias!)
            : nn.functional.conv2d(input, weight, bias, stride, padding, groups: groups);
        return relu ? result.relu_() : result;
    }

    /// <summary>Raises what went wrong in this thread's last backward pass.</summary>
    public static void ThrowIfFailed()
    {
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        LetGo();
        failure?.Throw();
    }

    /// <param name="ctx">Keeps the input and the kernel for the backward pass.</param>
    /// <param name="vars">Input, kernel <c>[output, input, k, k]</c>, and bias or null.</param>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor input, Tensor weight, Tensor? bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2]);
        ctx.save_for_backward([input, weight]);
        ctx.save_data(BiasLearns, bias is { requires_grad: true });
        bool isFiltered = ChannelsLastConvolution.Takes(input, weight, bias);
        ctx.save_data(IsFiltered, isFiltered);
        long half = weight.shape[2] / 2;
        return isFiltered
            ? ChannelsLastConvolution.Convolve(input, weight, bias, relu: false)
            : nn.functional.conv2d(input, weight, bias, padding: [half, half]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        LetGo();
        try
        {
            using DisposeScope scope = NewDisposeScope();
            List<Tensor> saved = ctx.get_saved_variables();
            (Tensor input, Tensor weight) = (saved[0], saved[1]);
            Tensor gradient = FusedConvolution.ChannelsLast(grad_output);
            long half = weight.shape[2] / 2;
            bool isFiltered = ctx.get_data(IsFiltered) is true;
            _returned =
            [
                !input.requires_grad ? null! : isFiltered ? ChannelsLastConvolution.InputGradient(gradient, weight) : nn.functional.conv_transpose2d(gradient, weight, padding: [half, half]),
                weight.requires_grad ? ChannelsLastConvolution.WeightGradient(input, gradient, weight, isFiltered) : null!,
                ctx.get_data(BiasLearns) is true ? gradient.sum([0, 2, 3], type: ScalarType.Float32) : null!,
            ];
            foreach (Tensor? result in _returned)
            {
                _ = result?.MoveToOuterDisposeScope().DetachFromDisposeScope();
            }

            return _returned;
        }
        catch (Exception fault)
        {
            _failure ??= ExceptionDispatchInfo.Capture(fault);
            return [null!, null!, null!];
        }
        finally
        {
            grad_output.Dispose();
        }
    }

    private static void LetGo()
    {
        foreach (Tensor? tensor in _returned ?? [])
        {
            tensor?.Dispose();
        }

        _returned = null;
    }
}
