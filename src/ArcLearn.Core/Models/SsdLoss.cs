using ArcLearn.Core.Data;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// The detector's loss, of either kind. The reference's: for each chip the mean distance of the matched boxes' coordinates, plus the binary
/// cross entropy of all scores divided by the number of classes; summed over the chips. A chip without boxes adds nothing (as in arcgis.learn).
/// </summary>
internal sealed class SsdLoss : IDisposable
{
    // Lin et al. 2017, with the numbers of arcgis.learn.
    private const double FocalAlpha = 0.25;

    // Of a box beside a score: as in later detectors that train on overlap (Zheng et al. 2020 and others use 2 to 7).
    private const double BoxWeight = 2;

    // Keeps a quotient of areas finite; far below the area of a box of one pixel.
    private const double LeastArea = 1e-9;

    private readonly SsdOptions _options;
    private readonly SsdAnchors _anchors;
    private readonly Device _device;
    private readonly Tensor _centres;
    private readonly Tensor _sizes;
    private readonly Tensor _cells;

    // Of the last batch: its arrays are large.
    private SsdTargets? _targets;

    public SsdLoss(SsdOptions options, Device? device = null)
    {
        _options = options;
        _device = device ?? CPU;
        _anchors = new SsdAnchors(options);
        using DisposeScope scope = NewDisposeScope();
        Tensor boxes = tensor(_anchors.Boxes.ToArray(), [_anchors.Count, 4], device: _device);
        _centres = boxes[.., ..2].clone().DetachFromDisposeScope();
        _sizes = boxes[.., 2..].clone().DetachFromDisposeScope();
        _cells = tensor(_anchors.Cells.ToArray(), [_anchors.Count, 1], device: _device).DetachFromDisposeScope();
    }

    /// <summary>The loss and its two parts (before the location's factor), each a scalar in the caller's dispose scope.</summary>
    public (Tensor Total, Tensor Location, Tensor Class) Compute((Tensor Scores, Tensor Boxes) output, IReadOnlyList<BoxLabel[]> labels)
    {
        int classes = _options.Classes;
        long n = labels.Count;
        Require(output.Scores, [n, _anchors.Count, classes + 1]);
        Require(output.Boxes, [n, _anchors.Count, 4]);
        _targets = SsdTargets.Of(labels, _anchors, classes, isNear: _options.Loss == DetectorLoss.Balanced, _targets);
        return _options.Loss == DetectorLoss.Balanced ? Balanced(output, _targets, n) : Reference(output, _targets, n);
    }

    /// <summary><c>[N, A, 4]</c> activations to <c>[N, A, 4]</c> corners: <see cref="SsdAnchors.Decode"/> for tensors.</summary>
    public Tensor Decode(Tensor activations)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bounded = activations.tanh();
        Tensor centre = (bounded[.., .., ..2].Over(2) * _cells).Plus(_centres);
        Tensor half = (bounded[.., .., 2..].Over(2).Plus(1) * _sizes).Over(2);
        return cat([centre - half, centre.Plus(half)], dim: -1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _centres.Dispose();
        _sizes.Dispose();
        _cells.Dispose();
    }

    /// <summary>Intersection over union of corners <c>[…, 4]</c>, pair by pair, and the generalised one: <c>[…]</c>, 0 to 1 and −1 to 1.</summary>
    internal static (Tensor Plain, Tensor Generalized) Overlap(Tensor first, Tensor second)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor firstLow, Tensor firstHigh) = (first[TensorIndex.Ellipsis, ..2], first[TensorIndex.Ellipsis, 2..]);
        (Tensor secondLow, Tensor secondHigh) = (second[TensorIndex.Ellipsis, ..2], second[TensorIndex.Ellipsis, 2..]);
        Tensor common = (minimum(firstHigh, secondHigh) - maximum(firstLow, secondLow)).clamp_min(Scalars.Of(0)).prod(-1);
        Tensor union = (firstHigh - firstLow).prod(-1).Plus((secondHigh - secondLow).prod(-1)) - common;
        Tensor hull = (maximum(firstHigh, secondHigh) - minimum(firstLow, secondLow)).prod(-1);
        Tensor plain = common / union.clamp_min(Scalars.Of(LeastArea));
        Tensor generalized = plain - ((hull - union) / hull.clamp_min(Scalars.Of(LeastArea)));
        return (plain.MoveToOuterDisposeScope(), generalized.MoveToOuterDisposeScope());
    }

    private (Tensor Total, Tensor Location, Tensor Class) Balanced((Tensor Scores, Tensor Boxes) output, SsdTargets targets, long n)
    {
        using DisposeScope scope = NewDisposeScope();
        double count = Math.Max(1, targets.BoxWeights.Count(weight => weight > 0));
        Tensor boxes = TensorCopy.Of(targets.Boxes, [n, _anchors.Count, 4], _device);
        Tensor weights = TensorCopy.Of(targets.BoxWeights, [n, _anchors.Count], _device).sign();
        (Tensor overlap, Tensor generalized) = Overlap(Decode(output.Boxes), boxes);
        Tensor location = (Scalars.Minus(1, generalized) * weights).sum().Over(count);

        // A score tells how well its box fits: of the anchors around an object the one that fits best scores best.
        Tensor expected = TensorCopy.Of(targets.Classes, [n, _anchors.Count, _options.Classes], _device).to(output.Scores.dtype) * overlap.detach().unsqueeze(-1);
        Tensor scores = output.Scores[.., .., 1..];
        Tensor weight = (expected - scores.detach().sigmoid()).pow(Scalars.Of(2));
        Tensor entropy = functional.binary_cross_entropy_with_logits(scores, expected, weight, Reduction.Sum).Over(count);
        Tensor total = location.Times(BoxWeight).Plus(entropy);
        return (total.MoveToOuterDisposeScope(), location.MoveToOuterDisposeScope(), entropy.MoveToOuterDisposeScope());
    }

    private (Tensor Total, Tensor Location, Tensor Class) Reference((Tensor Scores, Tensor Boxes) output, SsdTargets targets, long n)
    {
        int classes = _options.Classes;
        using DisposeScope scope = NewDisposeScope();
        using Tensor weights = TensorCopy.Of(targets.BoxWeights, [n, _anchors.Count, 1], _device);
        using Tensor boxes = TensorCopy.Of(targets.Boxes, [n, _anchors.Count, 4], _device);
        Tensor location = ((Decode(output.Boxes) - boxes).abs() * weights).sum();

        Tensor expected = TensorCopy.Of(targets.Classes, [n, _anchors.Count, classes], _device).to(output.Scores.dtype);
        Tensor scores = output.Scores[.., .., 1..];
        Tensor chips = TensorCopy.Of(targets.ChipWeights, [n, 1, 1], _device);
        Tensor weight = _options.FocalLoss ? FocalWeight(scores, expected, gamma: 1) * chips : chips.expand(n, _anchors.Count, classes);
        Tensor entropy = functional.binary_cross_entropy_with_logits(scores, expected, weight, Reduction.Sum).Over(classes);

        Tensor total = _options.LocationLossFactor is double factor
            ? location.Times(factor).Plus(entropy.Times(1 - factor))
            : location.Plus(entropy);
        return (total.MoveToOuterDisposeScope(), location.MoveToOuterDisposeScope(), entropy.MoveToOuterDisposeScope());
    }

    private static Tensor FocalWeight(Tensor scores, Tensor expected, int gamma)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor p = scores.sigmoid();
        Tensor pt = (p * expected).Plus(Scalars.Minus(1, p) * Scalars.Minus(1, expected));
        Tensor w = expected.Times(FocalAlpha).Plus(Scalars.Minus(1, expected).Times(1 - FocalAlpha));
        return (w * Scalars.Minus(1, pt).pow(Scalars.Of(gamma))).MoveToOuterDisposeScope();
    }

    private static void Require(Tensor tensor, ReadOnlySpan<long> shape)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(shape))
        {
            throw new ArgumentException($"The network gave [{string.Join(", ", tensor.shape)}] where [{string.Join(", ", shape.ToArray())}] belongs.");
        }
    }
}
