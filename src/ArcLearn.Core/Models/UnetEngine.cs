using System.Runtime.InteropServices;
using ArcLearn.Core.Data;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A U-Net with its classes and its data: what <see cref="UnetClassifier"/> shows.</summary>
internal sealed partial class UnetEngine : ModelEngine, IPixelEngine
{
    /// <summary>The name of a model that was never saved.</summary>
    public const string DefaultName = nameof(UnetClassifier);

    // What is left of a batch norm's first statistics after so many steps, 0.1 %, no longer counts.
    private const int LeastBatches = 64;

    private readonly UnetNetwork _network;
    private readonly PixelLoss _loss;

    private UnetEngine(UnetDefinition definition, UnetNetwork network, LearnDataBunch? data, Device device, int seed)
        : this(definition, network, data, device, seed, new PixelLoss(definition.Options.Loss, device))
    {
    }

    private UnetEngine(UnetDefinition definition, UnetNetwork network, LearnDataBunch? data, Device device, int seed, PixelLoss loss)
        : base(definition, network, data, device, seed, loss.Dispose) => (Options, _network, _loss) = (definition.Options, network, loss);

    public override UnetDefinition Definition => (UnetDefinition)base.Definition;

    public UnetOptions Options { get; }

    public bool IsBackgroundIgnored => Options.Loss.IsBackgroundIgnored;

    public IReadOnlyList<double>? ClassWeights => Options.Loss.ClassWeights;

    public UnetNetwork Network => _network;

    public override string MetricName => "Accuracy";

    /// <summary>The data as the training reads it.</summary>
    /// <exception cref="LearnDataException">The model has none (DataMissing).</exception>
    private IPixelData Chips => Data?.Content as IPixelData ?? throw DataMissing();

    /// <summary>
    /// In the second half of a training the batch norms keep the statistics that they have, and normalise as they will in predictions (Wu and Johnson 2021, arXiv:2105.07576): a step has a few chips only, and
    /// where all of them are forest, their own mean would hide how dark they are, which tells forest from the rest.
    /// </summary>
    public override void BeginEpoch(int done, int all)
    {
        bool isSettled = done >= LeastBatches && 2 * done >= all;
        foreach (BatchNorm norm in _network.modules().OfType<BatchNorm>())
        {
            norm.KeepsStatistics = isSettled;
        }
    }

    public override IEnumerable<TrainingStep> TrainingSteps(int epoch, CancellationToken cancel)
    {
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        foreach (PixelBatch batch in Chips.TrainingBatches(epoch, cancel))
        {
            using (batch)
            {
                foreach (PixelBatch part in Parts(batch))
                {
                    // Nothing is learnt from chips of which no pixel counts, and nothing is to be unlearnt either.
                    if (_loss.Counts(Labels(part)))
                    {
                        yield return new TrainingStep(part.Count, () => _loss.Compute(_network.call(Input(part, scaling)), Labels(part), out _));
                    }
                }
            }
        }
    }

    public override ValidationResult Validate(CancellationToken cancel)
    {
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        ConfusionCounts counts = NewCounts();
        double sum = 0;
        double weights = 0;
        foreach (PixelBatch batch in Chips.ValidationBatches(cancel))
        {
            using PixelBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            using IDisposable inference = inference_mode();
            using DisposeScope scope = NewDisposeScope();
            Tensor scores = Forward(batch, scaling);
            double loss = _loss.Compute(scores, Labels(batch), out double weight).Number();
            sum += weight == 0 ? 0 : loss * weight;
            weights += weight;
            counts.Add(Counted(Labels(batch)), Classify(scores));
        }

        // The mean over all pixels of the side, wherever batches end.
        return new ValidationResult(weights > 0 ? sum / weights : 0, counts.Accuracy) { MeanIou = counts.MeanIou };
    }

    /// <summary>A pixel's class hangs on thresholds that few chips leave open: from one epoch to the next, scenes that are unlike them would be classified otherwise.</summary>
    public override bool AveragesWeights => true;

    private protected override int StepsPerBatch => StepPlan.PerBatch(Options.ChipsPerStep, Chips.BatchSize, Chips.TrainingChips, ChipSize);

    private protected override bool HasValidation => base.HasValidation && Chips.ValidationPixels.Skip(IsBackgroundIgnored ? 1 : 0).Any(count => count > 0);

    private protected override void RequireLabels()
    {
        if (Chips.TrainingChips > 0 && Chips.TrainingPixels.Skip(1).Sum() == 0)
        {
            throw NoLabels("a pixel of any class");
        }
    }

    /// <summary>Scores normalised chips with the weights as they are now: <c>[N, 1 + classes, S, S]</c>, in the caller's dispose scope.</summary>
    private Tensor Forward(PixelBatch batch, InputScaling scaling)
    {
        _network.eval();
        return _network.call(Input(batch, scaling));
    }

    /// <summary>The class that scores best for each pixel, from 1, 0 for background: <c>[N, S, S]</c>. What was never learnt is no class.</summary>
    private int[] Classify(Tensor scores)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] learnt = [.. Enumerable.Range(0, Options.Classes + 1).Where(label => !Options.Loss.IsIgnored(label)).Select(label => (long)label)];
        Tensor best = scores.index_select(1, tensor(learnt, device: scores.device)).argmax(1).cpu().contiguous();
        int[] labels = new int[best.numel()];
        ReadOnlySpan<long> values = MemoryMarshal.Cast<byte, long>(best.bytes);
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (int)learnt[values[i]];
        }

        return labels;
    }

    /// <summary>Labels as the measures count them: pixels of ignored classes are left out.</summary>
    private ReadOnlySpan<int> Counted(ReadOnlySpan<int> labels)
    {
        if (Options.Loss.IgnoredClasses.Count == 0)
        {
            return labels;
        }

        int[] counted = labels.ToArray();
        for (int i = 0; i < counted.Length; i++)
        {
            counted[i] = counted[i] > 0 && Options.Loss.IsIgnored(counted[i]) ? PixelBatch.Ignored : counted[i];
        }

        return counted;
    }

    /// <summary>Counts pixels as the loss does: background too where it is a class to be learnt.</summary>
    private ConfusionCounts NewCounts() => new(Classes, hasBackground: !IsBackgroundIgnored);

    /// <summary>The chips of each training step of a batch.</summary>
    private IEnumerable<PixelBatch> Parts(PixelBatch batch)
    {
        int steps = StepsPerBatch;
        return steps == 1 ? [batch] : Enumerable.Range(0, steps).Select(step => Part(step * batch.Count / steps, (step + 1) * batch.Count / steps));

        PixelBatch Part(int start, int end) => batch.Slice(start, end - start);
    }

    /// <summary>A batch's labels; its arrays may be larger than it is.</summary>
    private static ReadOnlySpan<int> Labels(PixelBatch batch) => batch.Classes.AsSpan(0, batch.Count * batch.ChipSize * batch.ChipSize);
}
