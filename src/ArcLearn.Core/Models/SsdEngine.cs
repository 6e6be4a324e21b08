using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Training;
using ArcLearn.Internal;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A detector with its classes and its data: what <see cref="SingleShotDetector"/> shows. One thread uses it at a time; the gate sees to it.</summary>
internal sealed partial class SsdEngine : IDetectorEngine, ITrainable, IRunModel
{
    /// <summary>The name of a model that was never saved.</summary>
    public const string DefaultName = nameof(SingleShotDetector);

    private readonly SsdDefinition _definition;
    private readonly SsdNetwork _network;
    private readonly SsdDecoder _decoder;
    private readonly SsdLoss _loss;
    private readonly Device _device;

    private SsdEngine(SsdDefinition definition, SsdNetwork network, LearnDataBunch? data, Device device, int seed)
    {
        (_definition, _network, Data, _device, Seed) = (definition, network, data, device, seed);
        Name = definition.Name;
        Gate = new ModelGate(() =>
        {
            _loss?.Dispose();
            network.Dispose();
        });
        network.to(device);
        NetworkLayout.UseChannelsLast(network);
        network.eval();
        _decoder = SsdDecoder.For(network.Anchors, definition.Options);
        _loss = new SsdLoss(definition.Options, device);
    }

    /// <summary>The folder it was saved as, or <see cref="DefaultName"/>.</summary>
    public string Name { get; set; }

    public SsdDefinition Definition => _definition with { Name = Name };

    public SsdOptions Options => _definition.Options;

    public string Backbone => Options.Backbone;

    ModelInput IRunModel.Input => Definition.Input;

    public IReadOnlyList<ClassDefinition> Classes => _definition.Classes;

    public int ChipSize => Options.ChipSize;

    public int Bands => Options.Bands;

    public Normalization Normalization => _definition.Normalization;

    /// <summary>Ground size of a pixel that it was trained on, in map units; null where none is known.</summary>
    public double? CellSize => _definition.CellSize;

    public long Parameters => _network.ParameterCount;

    public bool IsFrozen => _network.IsFrozen;

    public string Device => _device.type == DeviceType.CUDA ? nameof(LearnDevice.Cuda) : nameof(LearnDevice.Cpu);

    public LearnDataBunch? Data { get; }

    public IReadOnlyList<int> Grids => Options.Grids;

    public IReadOnlyList<double> Zooms => Options.Zooms;

    public IReadOnlyList<AspectRatio> Ratios => Options.Ratios;

    public int SsdVersion => Options.Version;

    public int Anchors => _network.Anchors.Count;

    public SsdNetwork Network => _network;

    nn.Module ITrainable.Network => _network;

    IReadOnlyList<IReadOnlyList<Parameter>> ITrainable.LayerGroups => _network.LayerGroups;

    string ITrainable.DataFolder => Chips.Paths[0];

    int ITrainable.BatchSize => Chips.BatchSize;

    int ITrainable.StepsPerEpoch => Chips.TrainingChips / Chips.BatchSize;

    bool ITrainable.HasValidation => Chips.ValidationChips > 0;

    string ITrainable.MetricName => nameof(AveragePrecision);

    public int Seed { get; }

    public ModelGate Gate { get; }

    /// <summary>The data as the training reads it.</summary>
    /// <exception cref="LearnDataException">The model has none (DataMissing).</exception>
    private IDetectionData Chips => Data?.Content as IDetectionData
        ?? throw new LearnDataException("DataMissing", $"The model '{Name}' has no data to work on. Import it with -Data.", Name);

    /// <summary>Only the head trains from now on, and batch norm everywhere.</summary>
    public void Freeze() => _network.Freeze();

    /// <summary>Everything trains from now on.</summary>
    public void Unfreeze() => _network.Unfreeze();

    IDisposable ITrainable.Use(LearnPrecision precision) => _network.Use(precision);

    IEnumerable<TrainingStep> ITrainable.TrainingSteps(int epoch, CancellationToken cancel)
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

    ValidationResult ITrainable.Validate(CancellationToken cancel)
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

    public void Dispose() => Gate.Dispose();

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

    private Tensor Input(DetectionBatch batch, InputScaling scaling)
    {
        Tensor input = empty([batch.Count, batch.Bands, batch.ChipSize, batch.ChipSize], float32);
        Span<float> samples = TensorCopy.Samples(input);
        if (scaling.IsIdentity)
        {
            batch.Images.CopyTo(samples);
        }
        else
        {
            scaling.Apply(batch.Images, samples, batch.ChipSize * batch.ChipSize);
        }

        return FusedConvolution.ChannelsLast(input.to(_device));
    }
}
