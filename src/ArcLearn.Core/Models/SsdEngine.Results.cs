using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>Chips with what a detector found in them.</summary>
/// <param name="Sample">The chips; labels count the detector's classes.</param>
/// <param name="Normalization">What the chips went through.</param>
/// <param name="Found">One list per chip.</param>
internal sealed record SsdComparison(ChipSample<DetectionBatch> Sample, Normalization Normalization, IReadOnlyList<IReadOnlyList<ChipDetection>> Found);

/// <content>What a detector finds in data whose objects are known.</content>
internal sealed partial class SsdEngine
{
    /// <summary>Average precision on the validation chips, or on all chips of another bunch, by class name.</summary>
    /// <exception cref="LearnDataException">
    /// No validation chips (ValidationMissing), other classes (ClassMismatch), other bands or chip size (BandMismatch, ChipSizeMismatch).
    /// </exception>
    public IReadOnlyList<AveragePrecision> Measure(AveragePrecisionOptions options, LearnDataBunch? other, CancellationToken cancel) =>
        Measure([options], other, warn: null, cancel);

    /// <summary>The same in several ways; the chips go through the network once.</summary>
    /// <returns>For each of the ways one record per class and the mean.</returns>
    public IReadOnlyList<AveragePrecision> Measure(
        IReadOnlyList<AveragePrecisionOptions> options, LearnDataBunch? other, Action<string>? warn, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        IDetectionData data = Measured(other, out int[] labels);
        InputScaling scaling = InputScaling.Between(data.Normalization, Normalization);
        using IDisposable precision = _network.Use(options[0].Precision);
        AveragePrecisionMetric[] metrics = [.. options.Select(one => new AveragePrecisionMetric(Classes, one))];
        foreach (DetectionBatch batch in other is null ? data.ValidationBatches(cancel) : data.AllBatches(cancel))
        {
            using DetectionBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            BoxLabel[][] truth = [.. batch.Boxes.Select(boxes => Relabel(boxes, labels))];
            foreach ((AveragePrecisionMetric metric, IReadOnlyList<ChipDetection>[] found) in Predict(batch, scaling, metrics))
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    metric.Add(truth[i], found[i], ChipSize);
                }
            }
        }

        AveragePrecision[] results = [.. metrics.SelectMany(metric => metric.Compute())];
        if (results.All(result => result.Truth == 0))
        {
            warn?.Invoke($"None of the {results[0].Images} chips has an object, so that there was nothing to find: an average precision of 0 says nothing here.");
        }

        return results;
    }

    /// <summary>Detects in some chips of the validation side, or of another bunch, drawn by a seed.</summary>
    /// <param name="count">At most so many.</param>
    /// <param name="seed">Of the choice; null for the data's own.</param>
    /// <param name="threshold">Score that a detection needs, 0 to 1.</param>
    /// <param name="overlap">Highest intersection over union of two detections of a class in one chip.</param>
    /// <exception cref="LearnDataException">As <see cref="Measure(AveragePrecisionOptions, LearnDataBunch?, CancellationToken)"/>.</exception>
    public SsdComparison Compare(int count, int? seed, double threshold, double overlap, LearnDataBunch? other, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        IDetectionData data = Measured(other, out int[] labels);
        ChipSide side = other is null ? ChipSide.Validation : ChipSide.All;
        ChipSample<DetectionBatch> sample = data.Sample(new ChipSampleRequest(side, count, seed ?? data.Seed, IsAugmented: false), cancel);
        InputScaling scaling = InputScaling.Between(data.Normalization, Normalization);
        List<IReadOnlyList<ChipDetection>> found = [];
        for (int start = 0; start < sample.Batch.Count; start += data.BatchSize)
        {
            cancel.ThrowIfCancellationRequested();
            found.AddRange(Predict(sample.Batch.Slice(start, Math.Min(data.BatchSize, sample.Batch.Count - start)), scaling, threshold, overlap));
        }

        BoxLabel[][] truth = [.. sample.Batch.Boxes.Select(boxes => Relabel(boxes, labels))];
        return new SsdComparison(sample with { Batch = sample.Batch with { Boxes = truth } }, data.Normalization, found);
    }

    private static BoxLabel[] Relabel(BoxLabel[] boxes, int[] labels) => [.. boxes.Select(box => box with { Label = labels[box.Label] })];

    /// <summary>The data to measure on, and the model's label for each of theirs.</summary>
    private IDetectionData Measured(LearnDataBunch? other, out int[] labels) => Measured(other, DetectionDataCheck.Boxes, out labels);

    /// <summary>Detects once for each threshold and overlap that differ, through the network once.</summary>
    private List<(AveragePrecisionMetric Metric, IReadOnlyList<ChipDetection>[] Found)> Predict(
        DetectionBatch batch, InputScaling scaling, AveragePrecisionMetric[] metrics)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        (Tensor Scores, Tensor Boxes) output = Forward(batch, scaling);
        return [.. metrics
            .GroupBy(metric => (metric.Options.DetectThreshold, metric.Options.EffectiveNmsOverlap))
            .Select(group => (Group: group, Found: Decode(output, batch.Count, group.Key.DetectThreshold, group.Key.EffectiveNmsOverlap)))
            .SelectMany(pair => pair.Group.Select(metric => (metric, pair.Found)))];
    }
}
