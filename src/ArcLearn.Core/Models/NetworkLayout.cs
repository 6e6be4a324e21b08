using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>How a network's weights lie in memory.</summary>
internal static class NetworkLayout
{
    /// <summary>Lays the convolutions out with channels innermost: forward and towards the input they are the fastest so (<see cref="KernelGradient"/> is the third part); values and saved keys stay as they are.</summary>
    public static void UseChannelsLast(nn.Module network)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (Parameter weight in network.parameters().Where(parameter => parameter.Dimensions == 4))
        {
            weight.set_(FusedConvolution.ChannelsLast(weight));
        }
    }
}
