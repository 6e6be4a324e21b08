using System.Runtime.InteropServices;
using ArcLearn.Core.Data;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// The loss of a pixel classifier: the cross entropy of all counted pixels in the weighted mean, as torch's CrossEntropyLoss has it; focal
/// (Lin et al. 2017, γ = 2) where asked for; and a share of dice loss (Milletari et al. 2016). Pixels that are ignored count for nothing, and a batch of none but
/// those has a loss of 0.
/// </summary>
internal sealed class PixelLoss : IDisposable
{
    private const double FocalGamma = 2;

    // Keeps a quotient of counts finite; far below one pixel.
    private const double LeastCount = 1e-6;

    private readonly PixelLossOptions _options;
    private readonly Device _device;
    private readonly Tensor? _weights;

    public PixelLoss(PixelLossOptions options, Device? device = null)
    {
        (_options, _device) = (options, device ?? CPU);
        _weights = options.ClassWeights is { } weights ? tensor(weights.ToArray(), ScalarType.Float64, _device).DetachFromDisposeScope() : null;
    }

    /// <summary>The loss, a scalar in the caller's dispose scope.</summary>
    /// <param name="scores"><c>[N, 1 + classes, S, S]</c> before the softmax.</param>
    /// <param name="labels"><c>[N, S, S]</c>: classes from 1, 0 for background, or <see cref="PixelBatch.Ignored"/>.</param>
    /// <param name="weight">Of all pixels together: what the loss is a mean over.</param>
    public Tensor Compute(Tensor scores, ReadOnlySpan<int> labels, out double weight)
    {
        long[] shape = scores.shape;
        if (shape.Length != 4 || labels.Length != shape[0] * shape[2] * shape[3])
        {
            throw new ArgumentException($"The network gave [{string.Join(", ", shape)}] for {labels.Length} labels.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor targets = Targets(labels, [shape[0], shape[2], shape[3]], out weight);
        if (weight == 0)
        {
            return scores.sum().Times(0).MoveToOuterDisposeScope();
        }

        double dice = _options.DiceFraction;
        Tensor loss = dice == 0 ? Entropy(scores, targets)
            : dice == 1 ? Dice(scores, targets)
            : Entropy(scores, targets).Times(1 - dice).Plus(Dice(scores, targets).Times(dice));
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>Whether any pixel counts.</summary>
    /// <param name="labels">See <see cref="Compute"/>.</param>
    public bool Counts(ReadOnlySpan<int> labels)
    {
        int first = _options.IsBackgroundIgnored ? 1 : 0;
        if (_options.IgnoredClasses.Count == 0)
        {
            return labels.ContainsAnyInRange(first, int.MaxValue);
        }

        foreach (int label in labels)
        {
            if (label >= first && !_options.IsIgnored(label))
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => _weights?.Dispose();

    private Tensor Targets(ReadOnlySpan<int> labels, long[] shape, out double weight)
    {
        Tensor targets = empty(shape, int64);
        Span<long> values = MemoryMarshal.Cast<byte, long>(targets.bytes);
        weight = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            int label = labels[i] >= 0 && _options.IsIgnored(labels[i]) ? PixelBatch.Ignored : labels[i];
            values[i] = label;
            weight += label == PixelBatch.Ignored ? 0 : _options.ClassWeights?[label] ?? 1;
        }

        return targets.to(_device);
    }

    private Tensor Entropy(Tensor scores, Tensor targets)
    {
        Tensor? weights = _weights?.to(scores.dtype);
        if (!_options.FocalLoss)
        {
            return functional.cross_entropy(scores, targets, weights, PixelBatch.Ignored);
        }

        Tensor plain = functional.cross_entropy(scores, targets, weight: null, PixelBatch.Ignored, Reduction.None);
        Tensor focal = Scalars.Minus(1, plain.neg().exp()).pow(Scalars.Of(FocalGamma)) * plain;
        Tensor counts = targets.ne(Scalars.Of(PixelBatch.Ignored)).to(scores.dtype);
        if (weights is not null)
        {
            counts *= weights.index_select(0, Counted(targets).flatten()).reshape(targets.shape);
        }

        return (focal * counts).sum() / counts.sum().clamp_min(Scalars.Of(LeastCount));
    }

    /// <summary>Labels with 0 where a pixel is ignored, for a look-up whose result is not counted there.</summary>
    private static Tensor Counted(Tensor targets) => targets.clamp_min(Scalars.Of(0)).to(int64);

    /// <summary>One less twice what scores and truth have in common, in parts of both; over all pixels, or as the mean of the classes that the truth has.</summary>
    private Tensor Dice(Tensor scores, Tensor targets)
    {
        Tensor counts = targets.ne(Scalars.Of(PixelBatch.Ignored)).unsqueeze(1).to(scores.dtype);
        Tensor truth = functional.one_hot(Counted(targets), scores.shape[1]).permute(0, 3, 1, 2).to(scores.dtype) * counts;
        Tensor found = scores.softmax(1) * counts;
        long[] all = _options.DiceAverage == DiceAverage.Micro ? [0, 1, 2, 3] : [0, 2, 3];
        Tensor common = (found * truth).sum(all);
        Tensor truths = truth.sum(all);
        Tensor both = found.sum(all).Plus(truths);
        Tensor loss = Scalars.Minus(1, common.Times(2) / both.clamp_min(Scalars.Of(LeastCount)));
        if (_options.DiceAverage == DiceAverage.Micro)
        {
            return loss;
        }

        Tensor present = truths.sign();
        return (loss * present).sum() / present.sum();
    }
}
