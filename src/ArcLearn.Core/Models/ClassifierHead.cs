using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// The head that fastai 1 puts on a backbone: largest and mean value of each channel, then two linear layers, each behind batch norm and dropout:
/// <c>[N, C, f, f]</c> in, scores before the softmax <c>[N, classes]</c> out. The names 0 to 8 are saved keys.
/// </summary>
internal static class ClassifierHead
{
    private const int Width = 512;

    /// <param name="dropout">Before the last layer; half of it before the first.</param>
    public static Sequential Build(int channels, int classes, double dropout) => Sequential(
        ("0", new ConcatPool()),
        ("1", Flatten()),
        ("2", new BatchNorm(2 * channels)),
        ("3", Dropout(dropout / 2)),
        ("4", Linear(2 * channels, Width)),
        ("5", ReLU(inplace: true)),
        ("6", new BatchNorm(Width)),
        ("7", Dropout(dropout)),
        ("8", Linear(Width, classes)));

    /// <summary><c>[N, C, f, f]</c> to <c>[N, 2·C, 1, 1]</c>: the largest values, then the means. In 32 bits, whatever the body computes in.</summary>
    public static Tensor Concat(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor map = features.dtype == ScalarType.BFloat16 ? features.to(ScalarType.Float32) : features;
        return cat([functional.adaptive_max_pool2d(map, [1, 1]), functional.adaptive_avg_pool2d(map, [1, 1])], dim: 1).MoveToOuterDisposeScope();
    }

    private sealed class ConcatPool() : Module<Tensor, Tensor>(nameof(ConcatPool))
    {
        public override Tensor forward(Tensor input) => Concat(input);
    }
}
