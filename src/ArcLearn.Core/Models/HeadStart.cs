using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// First weights of a classifier's head above a body that was trained before: not chance, but what linear regression makes of the body's features of the training images. A head from chance takes most of
/// a short training to get as far, and upsets the body while it does once the body trains along (Kumar et al. 2022).
/// </summary>
/// <remarks>
/// Both batch norms get the statistics of the images and keep them: those of each batch that is learnt from would be a rougher guess. The hidden layer's units become random mixtures of the regression's
/// answers, which carry them through the ReLU and through dropout. The outputs are a second regression, upon the hidden layer, in which each image counts with what the others say of it (stacked
/// regression, Wolpert 1992): its answers are no surer than they are of unseen images. They are stretched to the scores whose loss on the images is the least.
/// </remarks>
internal static class HeadStart
{
    /// <summary>More images would cost more than they tell.</summary>
    public const int MostImages = 2048;

    // Few images, seen as training changes them, too, tell more of what does not matter: where they lie, which way they are turned. Of more views each tells less.
    private const int MostViews = 4;

    // The time grows with the third power of the samples or of the channels, whichever is less.
    private const int MostSamples = 3072;

    // Fewer tell less than chance gets wrong.
    private const int LeastImages = 8;

    private const double LeastVariance = 0.01;                   // of the mean over the channels

    private static readonly double[] s_stretches = [1, 2, 3, 4, 6, 8, 11, 16, 22, 32];

    /// <summary>How often to look at each of so many images: once as it is, else as training changes it.</summary>
    public static int Views(int images) => Math.Clamp(MostSamples / Math.Max(1, images), 1, MostViews);

    /// <summary>Sets the head's weights; where there are too few images, or nothing to tell them apart by, none.</summary>
    /// <param name="features"><c>[N, 2·C]</c>: what <see cref="ClassifierHead.Concat"/> gives for each image.</param>
    /// <param name="classes">Of each image, from 0.</param>
    /// <param name="isMultiLabel">Whether scores go through a sigmoid each, not through a softmax.</param>
    /// <param name="seed">Of the mixtures.</param>
    /// <param name="views">How often each image is among the features: all of them once, then all again in the same order.</param>
    public static void Apply(Sequential head, Tensor features, IReadOnlyList<int[]> classes, bool isMultiLabel, long seed, int views = 1)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new((ulong)seed);
        nn.Module[] layers = [.. head.children()];
        (BatchNorm featureNorm, Linear hidden, BatchNorm hiddenNorm, Linear output) = ((BatchNorm)layers[2], (Linear)layers[4], (BatchNorm)layers[6], (Linear)layers[8]);
        Tensor truth = Truth(classes, output.weight.shape[0]);
        Tensor share = truth.mean([0]);
        Tensor targets = truth.Plus(share.neg());

        (Tensor mean, Tensor variance) = Statistics(features);
        if (classes.Count / views < LeastImages || !(variance.mean().Number() is > 0 and < double.PositiveInfinity) || targets.abs().max().Number() == 0)
        {
            return;
        }

        Tensor input = Standardize(features, mean, variance);
        RidgeRegression first = RidgeRegression.Fit(input, targets, views);
        Tensor deviation = input.mm(first.Weights).std();
        Tensor mixtures = randn([hidden.weight.shape[0], share.shape[0]], generator: generator).div(deviation);
        Tensor activity = first.LeftOut.mm(mixtures.t()).relu();
        (Tensor hiddenMean, Tensor hiddenVariance) = Statistics(activity);
        RidgeRegression second = RidgeRegression.Fit(Standardize(activity, hiddenMean, hiddenVariance), targets, views);
        Tensor level = isMultiLabel ? share.Plus(-0.5) : share;
        double stretch = s_stretches.MinBy(factor => Loss(second.LeftOut.Plus(level).Times(factor), truth, isMultiLabel));
        featureNorm.Keep(mean, variance);
        hidden.weight.copy_(mixtures.mm(first.Weights.t()));
        hidden.bias!.zero_();
        hiddenNorm.Keep(hiddenMean, hiddenVariance);
        output.weight.copy_(second.Weights.t().Times(stretch));
        output.bias!.copy_(level.Times(stretch));
    }

    /// <summary>Mean and variance of each column.</summary>
    private static (Tensor Mean, Tensor Variance) Statistics(Tensor samples)
    {
        // A channel that is silent in all of these images may not be in others: over next to no deviation a small value would drown all the rest.
        Tensor variance = samples.var(0);
        return (samples.mean([0]), maximum(variance, variance.mean().Times(LeastVariance)));
    }

    /// <summary>As batch norm will.</summary>
    private static Tensor Standardize(Tensor samples, Tensor mean, Tensor variance) =>
        nn.functional.batch_norm(samples, mean, variance, training: false, eps: BatchNorm.Epsilon);

    /// <summary><c>[N, classes]</c>: 1 for a class that an image has.</summary>
    private static Tensor Truth(IReadOnlyList<int[]> classes, long count)
    {
        Tensor truth = zeros([classes.Count, count], ScalarType.Float32);
        Span<float> values = TensorCopy.Samples(truth);
        for (int i = 0; i < classes.Count; i++)
        {
            foreach (int found in classes[i])
            {
                values[(int)((i * count) + found)] = 1;
            }
        }

        return truth;
    }

    private static double Loss(Tensor scores, Tensor truth, bool isMultiLabel)
    {
        using DisposeScope scope = NewDisposeScope();
        return isMultiLabel
            ? nn.functional.binary_cross_entropy_with_logits(scores, truth).Number()
            : nn.functional.cross_entropy(scores, truth).Number();
    }
}
