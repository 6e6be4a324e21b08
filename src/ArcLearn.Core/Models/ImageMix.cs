using ArcLearn.Core.Data;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ArcLearn.Core.Models;

/// <summary>
/// Mixup (Zhang et al. 2018): the images of a batch in pairs, the first with the last and so on, each mixed into the other; the loss is mixed the same way. Batches are shuffled, so that pairs are drawn
/// by chance.
/// </summary>
/// <param name="Share">What an image keeps of itself; 1 where nothing is mixed.</param>
internal readonly record struct ImageMix(double Share)
{
    /// <summary>Draws the share of a step from a beta distribution.</summary>
    /// <param name="parameter">Both of the distribution's, 0 to 1; 0 for no mixing.</param>
    public static ImageMix Draw(double parameter, int seed, int epoch, int step)
    {
        if (parameter <= 0)
        {
            return new ImageMix(1);
        }

        // Jöhnk 1964; items of a data set count from 0, so that numbers below belong to nobody else.
        ItemRandom random = new(seed, epoch, -2 - step);
        while (true)
        {
            double first = Math.Pow(random.Next(), 1 / parameter);
            double sum = first + Math.Pow(random.Next(), 1 / parameter);
            if (sum is > 0 and <= 1)
            {
                return new ImageMix(first / sum);
            }
        }
    }

    /// <summary>Mixes the images of a batch, in place.</summary>
    public void Apply(ImageClassBatch batch)
    {
        if (Share == 1)
        {
            return;
        }

        (float own, float other) = ((float)Share, (float)(1 - Share));
        float[] kept = new float[batch.Length];
        for (int i = 0; i < batch.Count / 2; i++)
        {
            Span<float> first = batch.Images.AsSpan(i * batch.Length, batch.Length);
            Span<float> second = batch.Images.AsSpan((batch.Count - 1 - i) * batch.Length, batch.Length);
            first.CopyTo(kept);
            TensorPrimitives.Multiply(first, own, first);
            TensorPrimitives.MultiplyAdd(second, other, first, first);
            TensorPrimitives.Multiply(second, own, second);
            TensorPrimitives.MultiplyAdd(kept, other, second, second);
        }
    }

    /// <summary>The loss of images that were mixed, in the caller's dispose scope.</summary>
    /// <param name="classes">Of each image before it was mixed.</param>
    public Tensor Loss(ImageLoss loss, Tensor scores, IReadOnlyList<int[]> classes)
    {
        if (Share == 1)
        {
            return loss.Compute(scores, classes);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor own = tensor((float)Share, device: scores.device);
        Tensor other = tensor((float)(1 - Share), device: scores.device);
        return (loss.Compute(scores, classes) * own).PlusInPlace(loss.Compute(scores, [.. classes.Reverse()]) * other).MoveToOuterDisposeScope();
    }
}
