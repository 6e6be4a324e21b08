using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// A convolution with stride 1 that keeps the map's sides, and its gradients, on the CPU: <c>[N, channels, height, width]</c> with channels innermost in memory, of 32 bits or bfloat16.
/// Weights and what is added up have 32 bits.
/// </summary>
internal static unsafe class ChannelsLastConvolution
{
    /// <summary>
    /// Whether <see cref="WinogradConvolution{T}"/> is the faster way, and all fits together: for what does not torch has the words. It depends on nothing that the batch has beside a chip, as the result must not.
    /// </summary>
    /// <param name="input"><c>[N, inputs, height, width]</c>.</param>
    /// <param name="weight"><c>[outputs, inputs, k, k]</c>.</param>
    /// <param name="bias"><c>[outputs]</c>, or null.</param>
    public static bool Takes(Tensor input, Tensor weight, Tensor? bias) =>
        weight.shape is [long outputs, long inputs, WinogradTransform.Kernel, WinogradTransform.Kernel] && SumTile.IsSupported && inputs >= SumTile.Lanes && outputs >= SumTile.Lanes
        && input.shape is [> 0, long channels, long height, long width] && channels == inputs && SquareGrid.IsFilled(height, width)
        && (bias is null || (bias.dtype == ScalarType.Float32 && bias.shape is [long shifts] && shifts == outputs));

    /// <summary>The convolution.</summary>
    /// <param name="bias">Of each output, or null.</param>
    /// <param name="relu">Whether what is negative becomes 0.</param>
    public static Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, bool relu)
    {
        Tensor result = Convolve(input, Kernel(weight), bias, relu);
        GC.KeepAlive(weight);
        return result;
    }

    /// <summary>The gradient of its input.</summary>
    /// <param name="gradient">Of its result.</param>
    public static Tensor InputGradient(Tensor gradient, Tensor weight)
    {
        Tensor result = Convolve(gradient, Kernel(weight).Turned(), bias: null, relu: false);
        GC.KeepAlive(weight);
        return result;
    }

    /// <summary>The gradient of its weight.</summary>
    /// <param name="gradient">Of its result.</param>
    /// <param name="isFiltered">Whether <see cref="Takes"/> says yes; if not, in 32 bits, any odd kernel is right.</param>
    public static Tensor WeightGradient(Tensor input, Tensor gradient, Tensor weight, bool isFiltered)
    {
        using Tensor maps = ChannelsInnermost(input);
        using Tensor gradients = ChannelsInnermost(gradient);
        (int outputs, int kernel) = ((int)weight.shape[0], (int)weight.shape[2]);
        Tensor result = Empty(outputs, weight.shape[1], kernel, kernel, ScalarType.Float32);
        if (!isFiltered)
        {
            KernelGradient.Compute(First(maps), First(gradients), Shape(maps), outputs, kernel, get_num_threads(), First(result));
        }
        else if (input.dtype == ScalarType.BFloat16)
        {
            WinogradGradient<ushort>.Compute((ushort*)First(maps), (ushort*)First(gradients), Shape(maps), outputs, get_num_threads(), First(result));
        }
        else
        {
            WinogradGradient<float>.Compute(First(maps), First(gradients), Shape(maps), outputs, get_num_threads(), First(result));
        }

        return result;
    }

    private static Tensor Convolve(Tensor input, in WinogradKernel kernel, Tensor? bias, bool relu)
    {
        using Tensor maps = ChannelsInnermost(input);
        MapShape shape = Shape(maps);
        Tensor result = Empty(shape.Images, kernel.Outputs, shape.Height, shape.Width, input.dtype);
        using Tensor? shift = bias?.contiguous();
        float* added = shift is null ? null : First(shift);
        if (input.dtype == ScalarType.BFloat16)
        {
            WinogradConvolution<ushort>.Convolve((ushort*)First(maps), shape, kernel, added, relu, get_num_threads(), (ushort*)First(result));
        }
        else
        {
            WinogradConvolution<float>.Convolve(First(maps), shape, kernel, added, relu, get_num_threads(), First(result));
        }

        return result;
    }

    /// <summary>Not a view: autograd lets nothing change a function's result in place that is one.</summary>
    private static Tensor Empty(long first, long channels, long height, long width, ScalarType type) =>
        empty_strided([first, channels, height, width], [height * width * channels, 1, width * channels, channels], dtype: type);

    private static WinogradKernel Kernel(Tensor weight)
    {
        (long[] shape, long[] strides) = (weight.shape, weight.stride());
        return new WinogradKernel(First(weight), (int)shape[0], (int)shape[1], strides[0], strides[1], strides[2], strides[3]);
    }

    private static Tensor ChannelsInnermost(Tensor maps)
    {
        using Tensor view = maps.permute(0, 2, 3, 1);
        return view.contiguous();
    }

    private static MapShape Shape(Tensor maps)
    {
        long[] shape = maps.shape;
        return new MapShape((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
    }

    /// <summary>Where a tensor begins; it outlives the use. Its whole memory may be more than one span reaches.</summary>
    private static float* First(Tensor tensor)
    {
        using Tensor one = tensor.as_strided([1], [1], tensor.storage_offset());
        fixed (byte* first = one.bytes)
        {
            return (float*)first;
        }
    }
}
