using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// First weights, the same for the same seed, whatever torch's own generator did before. Convolutions of the ResNets as in
/// torchvision: normal, variance 2 / (outputs · kernel area); SqueezeNet's: uniform, variance 2 / fan-in; the head's as fastai 1
/// initialises heads: normal, variance 2 / fan-in. Biases 0, batch norm 1 and 0. All are He et al. 2015.
/// </summary>
internal static class WeightInitializer
{
    public static void Initialize(SsdNetwork network, long seed)
    {
        using IDisposable noGradient = no_grad();
        using Generator generator = new((ulong)seed);
        bool isResNet = network.Body.modules().Any(module => module is BatchNorm2d);
        foreach (Conv2d convolution in network.Body.modules().OfType<Conv2d>())
        {
            Fill(convolution, generator, fanOut: isResNet, uniform: !isResNet);
        }

        foreach (Conv2d convolution in network.Head.modules().OfType<Conv2d>())
        {
            Fill(convolution, generator, fanOut: false, uniform: false);
        }

        // Nearly every anchor is background: start the scores low so that the first steps do not explode.
        foreach (SsdOutput output in network.Head.Outputs)
        {
            output.Score.bias!.fill_(network.Options.Bias);
        }
    }

    private static void Fill(Conv2d convolution, Generator generator, bool fanOut, bool uniform)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = convolution.weight.shape;
        double deviation = Math.Sqrt(2.0 / (shape[fanOut ? 0 : 1] * shape[2] * shape[3]));
        Tensor values = uniform
            ? ((rand(shape, generator: generator) * 2) - 1) * (deviation * Math.Sqrt(3))
            : randn(shape, generator: generator) * deviation;
        convolution.weight.copy_(values);
        convolution.bias?.zero_();
    }
}
