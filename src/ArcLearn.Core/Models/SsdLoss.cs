using ArcLearn.Core.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// The detector's loss: for each chip the mean distance of the matched boxes' coordinates, plus the binary cross entropy of all
/// scores divided by the number of classes; summed over the chips. A chip without boxes adds nothing (as in arcgis.learn).
/// </summary>
internal sealed class SsdLoss : IDisposable
{
    // Lin et al. 2017, with the numbers of arcgis.learn.
    private const double FocalAlpha = 0.25;

    private readonly SsdOptions _options;
    private readonly SsdAnchors _anchors;
    private readonly Device _device;
    private readonly Tensor _centres;
    private readonly Tensor _sizes;
    private readonly Tensor _cells;

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
        SsdTargets targets = SsdTargets.Of(labels, _anchors, classes);

        using DisposeScope scope = NewDisposeScope();
        using Tensor weights = tensor(targets.BoxWeights, [n, _anchors.Count, 1], device: _device);
        using Tensor boxes = tensor(targets.Boxes, [n, _anchors.Count, 4], device: _device);
        Tensor location = ((Decode(output.Boxes) - boxes).abs() * weights).sum();

        Tensor expected = tensor(targets.Classes, [n, _anchors.Count, classes], device: _device).to(output.Scores.dtype);
        Tensor scores = output.Scores[.., .., 1..];
        Tensor chips = tensor(targets.ChipWeights, [n, 1, 1], device: _device);
        Tensor weight = _options.FocalLoss ? FocalWeight(scores, expected) * chips : chips.expand(n, _anchors.Count, classes);
        Tensor entropy = functional.binary_cross_entropy_with_logits(scores, expected, weight, Reduction.Sum) / classes;

        Tensor total = _options.LocationLossFactor is double factor
            ? (factor * location) + ((1 - factor) * entropy)
            : location + entropy;
        return (total.MoveToOuterDisposeScope(), location.MoveToOuterDisposeScope(), entropy.MoveToOuterDisposeScope());
    }

    /// <summary><c>[N, A, 4]</c> activations to <c>[N, A, 4]</c> corners: <see cref="SsdAnchors.Decode"/> for tensors.</summary>
    public Tensor Decode(Tensor activations)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bounded = activations.tanh();
        Tensor centre = (bounded[.., .., ..2] / 2 * _cells) + _centres;
        Tensor half = ((bounded[.., .., 2..] / 2) + 1) * _sizes / 2;
        return cat([centre - half, centre + half], dim: -1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _centres.Dispose();
        _sizes.Dispose();
        _cells.Dispose();
    }

    private static Tensor FocalWeight(Tensor scores, Tensor expected)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor p = scores.sigmoid();
        Tensor pt = (p * expected) + ((1 - p) * (1 - expected));
        Tensor w = (FocalAlpha * expected) + ((1 - FocalAlpha) * (1 - expected));
        return (w * (1 - pt)).MoveToOuterDisposeScope();
    }

    private static void Require(Tensor tensor, ReadOnlySpan<long> shape)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(shape))
        {
            throw new ArgumentException($"The network gave [{string.Join(", ", tensor.shape)}] where [{string.Join(", ", shape.ToArray())}] belongs.");
        }
    }
}
