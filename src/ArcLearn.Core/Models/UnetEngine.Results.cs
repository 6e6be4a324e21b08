using ArcLearn.Core.Data;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>Chips with the classes that a model gives their pixels.</summary>
/// <param name="Sample">The chips; labels count the model's classes.</param>
/// <param name="Normalization">What the chips went through.</param>
/// <param name="Found"><c>[N, S, S]</c>: classes from 1, 0 for background.</param>
internal sealed record PixelComparison(ChipSample<PixelBatch> Sample, Normalization Normalization, int[] Found);

/// <content>What a U-Net says of data whose classes are known.</content>
internal sealed partial class UnetEngine
{
    /// <summary>Accuracy on the validation chips, or on all chips of another bunch, whose classes are matched by name.</summary>
    /// <param name="warn">Told when no pixel has a label.</param>
    /// <exception cref="LearnDataException">
    /// No validation chips (ValidationMissing), other labels (DatasetTypeMismatch), other classes (ClassMismatch), other bands or chip size (BandMismatch, ChipSizeMismatch).
    /// </exception>
    public ModelAccuracy Measure(LearnDataBunch? other, LearnPrecision precision, Action<string>? warn, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        IPixelData data = Measured(other, PixelDataCheck.Masks, out int[] labels);
        InputScaling scaling = InputScaling.Between(data.Normalization, Normalization);
        using IDisposable arithmetic = _network.Use(precision);
        ConfusionCounts counts = NewCounts();
        int chips = 0;
        foreach (PixelBatch batch in other is null ? data.ValidationBatches(cancel) : data.AllBatches(cancel))
        {
            using PixelBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            counts.Add(Counted(Relabel(Labels(batch), labels)), Predict(batch, scaling));
            chips += batch.Count;
        }

        if (counts.Total == 0)
        {
            warn?.Invoke($"None of the {chips} chips has a pixel with a label, so that there was nothing to measure: an accuracy of 0 says nothing here.");
        }

        return counts.Result(Name, chips, "pixels");
    }

    /// <summary>Classifies some chips of the validation side, or of another bunch, drawn by a seed.</summary>
    /// <param name="count">At most so many.</param>
    /// <param name="seed">Of the choice; null for the data's own.</param>
    /// <exception cref="LearnDataException">As <see cref="Measure"/>.</exception>
    public PixelComparison Compare(int count, int? seed, LearnDataBunch? other, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        IPixelData data = Measured(other, PixelDataCheck.Masks, out int[] labels);
        ChipSide side = other is null ? ChipSide.Validation : ChipSide.All;
        ChipSample<PixelBatch> sample = data.Sample(new ChipSampleRequest(side, count, seed ?? data.Seed, IsAugmented: false), cancel);
        InputScaling scaling = InputScaling.Between(data.Normalization, Normalization);
        PixelBatch batch = sample.Batch with { Classes = Relabel(Labels(sample.Batch), labels) };
        List<int> found = [];
        for (int start = 0; start < batch.Count; start += data.BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            found.AddRange(Predict(batch.Slice(start, Math.Min(data.BatchSize, batch.Count - start)), scaling));
        }

        return new PixelComparison(sample with { Batch = batch }, data.Normalization, [.. found]);
    }

    /// <summary>The classes of normalised chips' pixels, from 1, 0 for background: <c>[N, S, S]</c>.</summary>
    private int[] Predict(PixelBatch batch, InputScaling scaling)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Classify(Forward(batch, scaling));
    }

    private static int[] Relabel(ReadOnlySpan<int> labels, int[] map)
    {
        int[] result = new int[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            result[i] = labels[i] == PixelBatch.Ignored ? PixelBatch.Ignored : map[labels[i]];
        }

        return result;
    }
}
