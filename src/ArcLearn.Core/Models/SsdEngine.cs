using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Training;
using ArcLearn.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A detector with its classes and its data: what <see cref="SingleShotDetector"/> shows.</summary>
internal sealed partial class SsdEngine : ModelEngine, IDetectorEngine, IDetectionModel
{
    /// <summary>The name of a model that was never saved.</summary>
    public const string DefaultName = nameof(SingleShotDetector);

    private readonly SsdNetwork _network;
    private readonly SsdDecoder _decoder;
    private readonly SsdLoss _loss;

    private SsdEngine(SsdDefinition definition, SsdNetwork network, LearnDataBunch? data, Device device, int seed)
        : this(definition, network, data, device, seed, new SsdLoss(definition.Options, device))
    {
    }

    private SsdEngine(SsdDefinition definition, SsdNetwork network, LearnDataBunch? data, Device device, int seed, SsdLoss loss)
        : base(definition, network, data, device, seed, loss.Dispose)
    {
        (Options, _network, _loss) = (definition.Options, network, loss);
        _decoder = SsdDecoder.For(network.Anchors, definition.Options);
    }

    public override SsdDefinition Definition => (SsdDefinition)base.Definition;

    public SsdOptions Options { get; }

    DetectionInput IDetectionModel.Detections => Definition.Detections;

    public IReadOnlyList<int> Grids => Options.Grids;

    public IReadOnlyList<double> Zooms => Options.Zooms;

    public IReadOnlyList<AspectRatio> Ratios => Options.Ratios;

    public int SsdVersion => Options.Version;

    public int Anchors => _network.Anchors.Count;

    public SsdNetwork Network => _network;

    public override string MetricName => nameof(AveragePrecision);

    /// <summary>The data as the training reads it.</summary>
    /// <exception cref="LearnDataException">The model has none (DataMissing).</exception>
    private IDetectionData Chips => Data?.Content as IDetectionData ?? throw DataMissing();

    IDetectionBackend IDetectionModel.CreateBackend(int batchSize, double threshold, double overlap, LearnPrecision precision) =>
        new SsdBackend(this, batchSize, threshold, overlap, precision);

    private protected override void RequireLabels()
    {
        if (Chips is { TrainingChips: > 0, TrainingObjects: 0 })
        {
            throw NoLabels("an object");
        }
    }

    public override IEnumerable<TrainingStep> TrainingSteps(int epoch, CancellationToken cancel)
    {
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        foreach (DetectionBatch batch in Chips.TrainingBatches(epoch, cancel))
        {
            using (batch)
            {
                yield return new TrainingStep(batch.Count, () => _loss.Compute(_network.call(Input(batch, scaling)), batch.Boxes).Total);
            }
        }
    }

    public override ValidationResult Validate(CancellationToken cancel)
    {
        AveragePrecisionMetric metric = new(Classes, new AveragePrecisionOptions());
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        double sum = 0;
        int images = 0;
        foreach (DetectionBatch batch in Chips.ValidationBatches(cancel))
        {
            using DetectionBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            sum += Evaluate(batch, scaling, metric) * (Options.Loss == DetectorLoss.Balanced ? batch.Count : Chips.BatchSize);
            images += batch.Count;
        }

        // The last batch may be short. The reference's loss sums over a batch's images and is told per whole batch; the balanced one is a mean.
        return new ValidationResult(sum / Math.Max(1, images), metric.Compute()[^1].Value);
    }

    /// <summary>Detects in normalised chips with the weights as they are now.</summary>
    /// <param name="scaling">From the chips' scale to the model's.</param>
    /// <param name="threshold">Score that a detection needs, 0 to 1.</param>
    /// <param name="overlap">Highest intersection over union of two detections of a class in one chip.</param>
    /// <returns>One list per chip.</returns>
    public IReadOnlyList<ChipDetection>[] Predict(DetectionBatch batch, InputScaling scaling, double threshold, double overlap)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Decode(Forward(batch, scaling), batch.Count, threshold, overlap);
    }

    private double Evaluate(DetectionBatch batch, InputScaling scaling, AveragePrecisionMetric metric)
    {
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        (Tensor Scores, Tensor Boxes) output = Forward(batch, scaling);
        IReadOnlyList<ChipDetection>[] found = Decode(output, batch.Count, metric.Options.DetectThreshold, metric.Options.EffectiveNmsOverlap);
        for (int i = 0; i < batch.Count; i++)
        {
            metric.Add(batch.Boxes[i], found[i], ChipSize);
        }

        return _loss.Compute(output, batch.Boxes).Total.item<float>();
    }

    private (Tensor Scores, Tensor Boxes) Forward(DetectionBatch batch, InputScaling scaling)
    {
        _network.eval();
        return _network.call(Input(batch, scaling));
    }

    private IReadOnlyList<ChipDetection>[] Decode((Tensor Scores, Tensor Boxes) output, int count, double threshold, double overlap)
    {
        Tensor scores = output.Scores.cpu().contiguous();
        Tensor boxes = output.Boxes.cpu().contiguous();
        return _decoder.Decode(TensorCopy.Samples(scores), TensorCopy.Samples(boxes), count, threshold, overlap);
    }
}
