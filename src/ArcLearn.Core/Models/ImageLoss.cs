using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// The loss of an image classifier: the cross entropy of the classes as torch's CrossEntropyLoss has it, or, where an image may have several, the mean binary cross
/// entropy over images and classes.
/// </summary>
internal sealed class ImageLoss : IDisposable
{
    private readonly ImageLossOptions _options;
    private readonly Device _device;
    private readonly Tensor? _weights;

    public ImageLoss(ImageLossOptions options, Device? device = null)
    {
        (_options, _device) = (options, device ?? CPU);
        _weights = options.ClassWeights is { } weights ? tensor(weights.ToArray(), ScalarType.Float64, _device).DetachFromDisposeScope() : null;
    }

    /// <summary>The loss, a scalar in the caller's dispose scope.</summary>
    /// <param name="scores"><c>[N, classes]</c> before softmax or sigmoid.</param>
    /// <param name="classes">Of each image, from 0.</param>
    public Tensor Compute(Tensor scores, IReadOnlyList<int[]> classes)
    {
        long[] shape = scores.shape;
        if (shape.Length != 2 || shape[0] != classes.Count)
        {
            throw new ArgumentException($"The network gave [{string.Join(", ", shape)}] for {classes.Count} images.");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor? weights = _weights?.to(scores.dtype);
        Tensor loss = _options.IsMultiLabel
            ? functional.binary_cross_entropy_with_logits(scores, Hot(classes, shape[1]).to(scores.dtype), weights)
            : functional.cross_entropy(scores, Single(classes), weights, label_smoothing: _options.LabelSmoothing);
        return loss.MoveToOuterDisposeScope();
    }

    public void Dispose() => _weights?.Dispose();

    private Tensor Single(IReadOnlyList<int[]> classes)
    {
        Tensor targets = empty([classes.Count], int64);
        Span<long> values = MemoryMarshal.Cast<byte, long>(targets.bytes);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = classes[i][0];
        }

        return targets.to(_device);
    }

    /// <summary><c>[N, classes]</c>: 1 for a class that an image has, less what smoothing takes, else 0 and what it gives.</summary>
    private Tensor Hot(IReadOnlyList<int[]> classes, long count)
    {
        Tensor targets = empty([classes.Count, count], float32);
        Span<float> values = TensorCopy.Samples(targets);
        values.Fill((float)(_options.LabelSmoothing / 2));
        for (int i = 0; i < classes.Count; i++)
        {
            foreach (int found in classes[i])
            {
                values[(int)((i * count) + found)] = (float)(1 - (_options.LabelSmoothing / 2));
            }
        }

        return targets.to(_device);
    }
}
