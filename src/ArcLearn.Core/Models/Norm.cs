using ArcLearn.Core.Runtime;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>Makes batch norm: the one place that does so for the layers above a body.</summary>
internal static class Norm
{
    // As fastai initialises it: a little above zero, so that no ReLU behind it starts dead.
    private const double FirstBias = 1e-3;

    public static BatchNorm Of(int channels)
    {
        BatchNorm norm = new(channels);
        using IDisposable noGradient = no_grad();
        norm.Bias.fill_(Scalars.Of(FirstBias));
        return norm;
    }
}
