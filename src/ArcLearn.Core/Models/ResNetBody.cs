using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// Residual networks (He et al. 2015) as torchvision builds them, without average pool and classifier. Children: 0 convolution,
/// 1 batch norm, 2 ReLU, 3 pool, 4 to 7 the stages.
/// </summary>
internal static class ResNetBody
{
    private const int StemWidth = 64;

    private static readonly SpatialStep s_stem = new(7, 2, 3);
    private static readonly SpatialStep s_half = new(3, 2, 1);

    public static Backbone Describe(string name, int[] blocks, bool bottleneck) =>
        Cut(name, blocks, bottleneck) with { Earlier = Cut(name, blocks[..^1], bottleneck), Taps = Taps(bottleneck) };

    /// <summary>Whether a backbone's name is that of a residual network.</summary>
    public static bool IsName(string backbone) => backbone.StartsWith("resnet", StringComparison.OrdinalIgnoreCase);

    /// <summary>The stem before its pool, and the stages but for the last.</summary>
    private static BackboneTap[] Taps(bool bottleneck)
    {
        int width = StemWidth * (bottleneck ? Bottleneck.Expansion : 1);
        return
        [
            new(2, StemWidth, [s_stem]),
            new(4, width, [s_stem, s_half]),
            new(5, 2 * width, [s_stem, s_half, s_half]),
            new(6, 4 * width, [s_stem, s_half, s_half, s_half]),
        ];
    }

    private static Backbone Cut(string name, int[] blocks, bool bottleneck)
    {
        int channels = (StemWidth << (blocks.Length - 1)) * (bottleneck ? Bottleneck.Expansion : 1);

        // The stem's convolution and pool, and every stage but the first, halve the side. Layer groups as fastai 1 cuts them: up to the second stage, the rest.
        return new Backbone(
            name,
            channels,
            [s_stem, .. Enumerable.Repeat(s_half, blocks.Length)],
            [6],
            bands => Build(blocks, bottleneck, bands),
            body => body,
            key => MapKey(key, blocks.Length),
            "0.weight");
    }

    private static Sequential Build(int[] blocks, bool bottleneck, int bands)
    {
        List<(string Name, Module<Tensor, Tensor> Layer)> layers =
        [
            ("0", new Convolution(bands, StemWidth, s_stem, hasBias: false)),
            ("1", new BatchNorm(StemWidth)),
            ("2", ReLU(inplace: true)),
            ("3", MaxPool2d(kernel_size: 3, stride: 2, padding: 1)),
        ];

        int input = StemWidth;
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            int width = StemWidth << stage;
            List<(string Name, Module<Tensor, Tensor> Layer)> items = [];
            for (int i = 0; i < blocks[stage]; i++)
            {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                items.Add(($"{i}", bottleneck ? new Bottleneck(input, width, stride) : new BasicBlock(input, width, stride)));
                input = bottleneck ? width * Bottleneck.Expansion : width;
            }

            layers.Add(($"{stage + 4}", Sequential(items)));
        }

        return Sequential(layers);
    }

    /// <summary>The projection of a block's input where the block changes its shape.</summary>
    internal static Sequential? Shortcut(int input, int output, int stride) => stride == 1 && input == output
        ? null
        : Sequential(("0", new Convolution(input, output, new SpatialStep(1, stride, 0), hasBias: false)), ("1", new BatchNorm(output)));

    private static string? MapKey(string key, int stages)
    {
        int dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return null;
        }

        string tail = key[dot..];
        return key[..dot] switch
        {
            "conv1" => "0" + tail,
            "bn1" => "1" + tail,
            "layer1" => "4" + tail,
            "layer2" => "5" + tail,
            "layer3" => "6" + tail,
            "layer4" when stages == 4 => "7" + tail,
            _ => null,
        };
    }
}
