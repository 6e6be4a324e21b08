using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>Convolution, batch norm, ReLU capped at 6, as MobileNet strings them together: children 0, 1 and 2.</summary>
internal static class ConvNorm
{
    /// <param name="groups">Parts of the channels that do not see each other; as many as channels for a depthwise convolution.</param>
    public static Sequential Capped(int input, int output, int kernel, int stride, int groups = 1) => Sequential(
        ("0", new Convolution(input, output, new SpatialStep(kernel, stride, (kernel - 1) / 2), hasBias: false, groups)),
        ("1", new BatchNorm(output)),
        ("2", ReLU6(inplace: true)));
}
