using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// VGG with batch norm (Simonyan and Zisserman 2015) as torchvision builds it, without pool and classifier. One child, 0, with torchvision's features: of
/// each convolution its batch norm and ReLU, and a pool behind each of the five stages.
/// </summary>
internal static class VggBody
{
    private const int Stem = 64;
    private const int Widest = 512;

    // fastai cuts all of them at the layer where the fourth stage of the smaller ones ends.
    private const int Cut = 22;

    private static readonly SpatialStep s_pool = new(2, 2, 0);

    /// <param name="stages">Convolutions in each stage.</param>
    public static Backbone Describe(string name, int[] stages)
    {
        List<BackboneTap> taps = [];
        int layers = 0;
        for (int stage = 0; stage < stages.Length; stage++)
        {
            layers += 3 * stages[stage];
            taps.Add(new BackboneTap(layers - 1, Width(stage), [.. Enumerable.Repeat(s_pool, stage)]));
            layers++;
        }

        return new Backbone(
            name,
            Widest,
            [.. Enumerable.Repeat(s_pool, stages.Length)],
            [Cut],
            bands => Build(stages, bands),
            body => (Sequential)body[0],
            key => SqueezeNetBody.MapKey(key, layers),
            "0.0.weight")
        {
            Taps = taps,
            IsForDetectors = false,
        };
    }

    private static int Width(int stage) => Math.Min(Widest, Stem << stage);

    private static Sequential Build(int[] stages, int bands)
    {
        List<(string Name, Module<Tensor, Tensor> Layer)> layers = [];
        int input = bands;
        for (int stage = 0; stage < stages.Length; stage++)
        {
            int width = Width(stage);
            for (int i = 0; i < stages[stage]; i++)
            {
                Add(new Convolution(input, width, new SpatialStep(3, 1, 1)));
                Add(new BatchNorm(width));
                Add(ReLU(inplace: true));
                input = width;
            }

            Add(MaxPool2d(kernel_size: 2, stride: 2));
        }

        return Sequential(("0", Sequential(layers)));

        void Add(Module<Tensor, Tensor> layer) => layers.Add(($"{layers.Count}", layer));
    }
}
