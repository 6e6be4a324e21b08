using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>Images with what a model says of them.</summary>
/// <param name="Sample">The images; labels count the model's classes.</param>
/// <param name="Normalization">What the chips went through.</param>
/// <param name="Probabilities">Of each class, for each image.</param>
internal sealed record ImageComparison(ChipSample<ImageClassBatch> Sample, Normalization Normalization, IReadOnlyList<float[]> Probabilities);

/// <content>What an image classifier says of data whose classes are known.</content>
internal sealed partial class ClassifierEngine
{
    /// <summary>Accuracy on the validation images, or on all images of another bunch, whose classes are matched by name.</summary>
    /// <param name="isAugmented">Whether each image is seen in its eight turns and mirrorings, and the mean of the probabilities counts.</param>
    /// <exception cref="LearnDataException">
    /// No validation chips (ValidationMissing), other labels (DatasetTypeMismatch), other classes (ClassMismatch), other bands or chip size (BandMismatch, ChipSizeMismatch).
    /// </exception>
    public ModelAccuracy Measure(LearnDataBunch? other, LearnPrecision precision, CancellationToken cancel, bool isAugmented = false)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        IImageClassData data = Measured(other, ImageDataCheck.Images, out int[] labels);
        InputScaling scaling = InputScaling.Between(data.Normalization, Normalization);
        using IDisposable arithmetic = _network.Use(precision);
        ImageCounts counts = new(Classes, IsMultiLabel);
        foreach (ImageClassBatch batch in other is null ? data.ValidationBatches(cancel) : data.AllBatches(cancel))
        {
            using ImageClassBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            counts.Add(Relabel(batch.Classes, labels), isAugmented ? PredictTurned(batch, scaling) : Predict(batch, scaling));
        }

        return counts.Result(Name);
    }

    /// <summary>Classifies some images of the validation side, or of another bunch: drawn by a seed, or those that it is most wrong about.</summary>
    /// <param name="count">At most so many.</param>
    /// <param name="seed">Of the choice; null for the data's own.</param>
    /// <param name="isHardest">Whether those come whose class it gives the least probability, the least first.</param>
    /// <exception cref="LearnDataException">As <see cref="Measure"/>.</exception>
    public ImageComparison Compare(int count, int? seed, bool isHardest, LearnDataBunch? other, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        IImageClassData data = Measured(other, ImageDataCheck.Images, out int[] labels);
        ChipSide side = other is null ? ChipSide.Validation : ChipSide.All;
        int all = other is null ? data.ValidationChips : int.MaxValue;
        ChipSample<ImageClassBatch> sample = data.Sample(new ChipSampleRequest(side, isHardest ? all : count, seed ?? data.Seed, IsAugmented: false), cancel);
        InputScaling scaling = InputScaling.Between(data.Normalization, Normalization);
        ImageClassBatch batch = sample.Batch with { Classes = Relabel(sample.Batch.Classes, labels) };
        List<float[]> probabilities = [];
        for (int start = 0; start < batch.Count; start += data.BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            probabilities.AddRange(Predict(batch.Select([.. Enumerable.Range(start, Math.Min(data.BatchSize, batch.Count - start))]), scaling));
        }

        int[] chosen = isHardest
            ? [.. Enumerable.Range(0, batch.Count).OrderBy(i => OfTruth(batch.Classes[i], probabilities[i])).Take(count)]
            : [.. Enumerable.Range(0, batch.Count)];
        return new ImageComparison(
            new ChipSample<ImageClassBatch>(batch.Select(chosen), [.. chosen.Select(i => sample.Images[i])]), data.Normalization, [.. chosen.Select(i => probabilities[i])]);
    }

    /// <summary>The least probability that an image's classes have, and that the others have not.</summary>
    private float OfTruth(int[] classes, float[] probabilities) => IsMultiLabel
        ? probabilities.Select((probability, c) => classes.Contains(c) ? probability : 1 - probability).Min()
        : probabilities[classes[0]];

    private float[][] PredictTurned(ImageClassBatch batch, InputScaling scaling)
    {
        ImageClassBatch turned = batch with { Images = new float[batch.Images.Length] };
        return AugmentedScorer.Mean(batch.ChipSize, turn =>
        {
            turn.Apply(batch.Images, turned.Images);
            return Predict(turned, scaling);
        });
    }

    private float[][] Predict(ImageClassBatch batch, InputScaling scaling)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Probabilities(Forward(batch, scaling));
    }

    /// <param name="map">The model's label for each of the data's, both from 1.</param>
    private static int[][] Relabel(int[][] classes, int[] map) => [.. classes.Select(image => image.Select(one => map[one + 1] - 1).ToArray())];
}
