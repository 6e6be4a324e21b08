using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>MobileNetV2 (Sandler et al. 2018) as torchvision builds it, without its classifier. One child, 0, with torchvision's features 0 to 18.</summary>
internal static class MobileNetBody
{
    private const int Stem = 32;
    private const int Features = 1280;

    // Layer group as fastai 1 cuts it.
    private const int Cut = 10;

    // Expansion, channels, blocks, stride of the first.
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] s_stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    public static Backbone Describe()
    {
        SpatialStep half = new(3, 2, 1);
        int layers = 2 + s_stages.Sum(stage => stage.Blocks);
        return new Backbone(
            "mobilenet_v2",
            Features,
            [half, .. s_stages.Where(stage => stage.Stride == 2).Select(_ => half)],
            [Cut],
            Build,
            body => (Sequential)body[0],
            key => SqueezeNetBody.MapKey(key, layers),
            "0.0.0.weight") { IsForDetectors = false };
    }

    private static Sequential Build(int bands)
    {
        List<Module<Tensor, Tensor>> layers = [ConvNorm.Capped(bands, Stem, 3, 2)];
        int input = Stem;
        foreach ((int expansion, int channels, int blocks, int stride) in s_stages)
        {
            for (int i = 0; i < blocks; i++)
            {
                layers.Add(new InvertedResidual(input, channels, i == 0 ? stride : 1, expansion));
                input = channels;
            }
        }

        layers.Add(ConvNorm.Capped(input, Features, 1, 1));
        return Sequential(("0", Sequential(layers.Select((layer, i) => ($"{i}", layer)))));
    }
}
