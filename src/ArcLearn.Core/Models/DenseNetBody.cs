using System.Text.RegularExpressions;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// DenseNets (Huang et al. 2017) as torchvision builds them, without classifier. One child, 0, with torchvision's features by name; the last batch norm has no ReLU behind it, as
/// fastai cuts them.
/// </summary>
internal static partial class DenseNetBody
{
    // Layer group as fastai 1 cuts it: behind the second block.
    private const int Cut = 7;

    /// <param name="blocks">Layers in each block.</param>
    /// <param name="growth">Channels that each layer adds.</param>
    /// <param name="stem">Channels of the first convolution.</param>
    public static Backbone Describe(string name, int[] blocks, int growth, int stem)
    {
        SpatialStep pool = new(2, 2, 0);
        int channels = stem;
        for (int i = 0; i < blocks.Length; i++)
        {
            channels = (i == 0 ? channels : channels / 2) + (blocks[i] * growth);
        }

        return new Backbone(
            name,
            channels,
            [new(7, 2, 3), new(3, 2, 1), .. Enumerable.Repeat(pool, blocks.Length - 1)],
            [Cut],
            bands => Build(blocks, growth, stem, bands),
            body => (Sequential)body[0],
            MapKey,
            "0.conv0.weight") { IsForDetectors = false };
    }

    private static Sequential Build(int[] blocks, int growth, int stem, int bands)
    {
        List<(string Name, Module<Tensor, Tensor> Layer)> layers =
        [
            ("conv0", new Convolution(bands, stem, new SpatialStep(7, 2, 3), hasBias: false)),
            ("norm0", new BatchNorm(stem)),
            ("relu0", ReLU(inplace: true)),
            ("pool0", MaxPool2d(kernel_size: 3, stride: 2, padding: 1)),
        ];

        int channels = stem;
        for (int i = 0; i < blocks.Length; i++)
        {
            layers.Add(($"denseblock{i + 1}", new DenseBlock(channels, blocks[i], growth)));
            channels += blocks[i] * growth;
            if (i + 1 < blocks.Length)
            {
                layers.Add(($"transition{i + 1}", Transition(channels)));
                channels /= 2;
            }
        }

        layers.Add(($"norm{blocks.Length + 1}", new BatchNorm(channels)));
        return Sequential(("0", Sequential(layers)));
    }

    /// <summary>Half the channels and half the side.</summary>
    private static Sequential Transition(int channels) => Sequential(
        ("norm", new BatchNorm(channels)),
        ("relu", ReLU(inplace: true)),
        ("conv", new Convolution(channels, channels / 2, new SpatialStep(1, 1, 0), hasBias: false)),
        ("pool", AvgPool2d(kernel_size: 2, stride: 2)));

    private static string? MapKey(string key) => key.StartsWith("features.", StringComparison.Ordinal)
        ? OldName().Replace("0" + key["features".Length..], "$1$2")
        : null;

    /// <summary>The published weights have a dot within the names of a layer's parts: norm.1 for norm1.</summary>
    [GeneratedRegex(@"(?<=\.denselayer\d+\.)(norm|conv)\.([12])(?=\.)")]
    private static partial Regex OldName();
}
