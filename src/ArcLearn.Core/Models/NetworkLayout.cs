using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>How a network's weights lie in memory.</summary>
internal static class NetworkLayout
{
    /// <summary>Lays the convolutions out with channels innermost, as <see cref="ChannelsLastConvolution"/> and the rest of a step are the fastest; values and saved keys stay as they are.</summary>
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
