using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>SqueezeNet 1.1 (Iandola et al. 2016) as torchvision builds it, without its classifier. One child, 0, with the layers 0 to 12.</summary>
internal static class SqueezeNetBody
{
    private static readonly SpatialStep s_stem = new(3, 2, 0);

    // Fires by their place: input, squeezed and expanded channels.
    private static readonly Dictionary<int, (int Input, int Narrow, int Expand)> s_fires = new()
    {
        [3] = (64, 16, 64),
        [4] = (128, 16, 64),
        [6] = (128, 32, 128),
        [7] = (256, 32, 128),
        [9] = (256, 48, 192),
        [10] = (384, 48, 192),
        [11] = (384, 64, 256),
        [12] = (512, 64, 256),
    };

    public static Backbone Describe()
    {
        SpatialStep pool = new(3, 2, 0, Ceiling: true);

        // The whole body is one layer group, which learns at the lowest rate: nothing here normalises, and later fires at two and four times that rate, as fastai 1's
        // groups would have it, forgot what they knew (of 347 unseen scenes three points fewer were right, five in PyTorch).
        return Cut(13, 512, [s_stem, pool, pool, pool], []) with { Earlier = Cut(8, 256, [s_stem, pool, pool], [5]) };
    }

    /// <param name="count">Layers that are kept, from the input on.</param>
    private static Backbone Cut(int count, int channels, SpatialStep[] steps, int[] cuts) => new(
        "squeezenet1_1", channels, steps, cuts, bands => Build(bands, count), body => (Sequential)body.children().First(), key => MapKey(key, count), "0.0.weight");

    private static Sequential Build(int bands, int count)
    {
        List<(string Name, Module<Tensor, Tensor> Layer)> layers = [];
        for (int i = 0; i < count; i++)
        {
            layers.Add(($"{i}", i switch
            {
                0 => new Convolution(bands, 64, s_stem),
                1 => ReLU(inplace: true),
                2 or 5 or 8 => MaxPool2d(kernel_size: 3, stride: 2, ceil_mode: true),
                _ => new Fire(s_fires[i].Input, s_fires[i].Narrow, s_fires[i].Expand),
            }));
        }

        return Sequential(("0", Sequential(layers)));
    }

    /// <summary>From torchvision's names of a network whose layers are all in its features.</summary>
    internal static string? MapKey(string key, int count) =>
        key.Split('.') is ["features", string layer, ..] && int.TryParse(layer, CultureInfo.InvariantCulture, out int index) && index < count
            ? "0" + key["features".Length..]
            : null;
}
