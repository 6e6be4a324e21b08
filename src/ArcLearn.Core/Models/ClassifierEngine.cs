using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>An image classifier with its classes and its data: what <see cref="FeatureClassifier"/> shows.</summary>
internal sealed partial class ClassifierEngine : ModelEngine, IClassifierEngine, IChipModel
{
    /// <summary>The name of a model that was never saved.</summary>
    public const string DefaultName = nameof(FeatureClassifier);

    /// <summary>A class of several that an image may have is there from this probability on.</summary>
    public const double MultiLabelThreshold = 0.5;

    private readonly ClassifierNetwork _network;
    private readonly ImageLoss _loss;

    private ClassifierEngine(ClassifierDefinition definition, ClassifierNetwork network, LearnDataBunch? data, Device device, int seed)
        : this(definition, network, data, device, seed, new ImageLoss(definition.Options.Loss, device))
    {
    }

    private ClassifierEngine(ClassifierDefinition definition, ClassifierNetwork network, LearnDataBunch? data, Device device, int seed, ImageLoss loss)
        : base(definition, network, data, device, seed, loss.Dispose) => (Options, _network, _loss) = (definition.Options, network, loss);

    public override ClassifierDefinition Definition => (ClassifierDefinition)base.Definition;

    public ClassifierOptions Options { get; }

    public bool IsMultiLabel => Options.Loss.IsMultiLabel;

    public IReadOnlyList<double>? ClassWeights => Options.Loss.ClassWeights;

    public ClassifierNetwork Network => _network;

    public override string MetricName => "Accuracy";

    /// <inheritdoc/>
    /// <remarks>The reference's first layers hardly move, since they come trained; where they come from chance they have everything to learn, as the last have.</remarks>
    public override LearningRate DefaultRate => IsFromChance ? new(base.DefaultRate.Last) : base.DefaultRate;

    /// <summary>The data as the training reads it.</summary>
    /// <exception cref="LearnDataException">The model has none (DataMissing).</exception>
    private IImageClassData Chips => Data?.Content as IImageClassData ?? throw DataMissing();

    /// <summary>Gives a head from chance above a body that was trained before the weights of <see cref="HeadStart"/>, once: a head that was trained keeps its own.</summary>
    public override void Begin(CancellationToken cancel)
    {
        if (!HasHeadFromChance || EpochsTrained > 0)
        {
            return;
        }

        // The images as predictions see them and, of few, as the training will change them, too; the body's batch norms take their statistics as the training to come will.
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> features = [];
        List<int[]> classes = [];
        _network.train();
        int most = Math.Max(HeadStart.MostImages, Chips.BatchSize);
        int views = Chips.Transform == LearnTransform.None ? 1 : HeadStart.Views(Math.Min(most, Chips.TrainingChips));
        foreach (ImageClassBatch batch in Enumerable.Range(0, views).SelectMany(view => Chips.TrainingViews(most, view, cancel)))
        {
            using ImageClassBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            using DisposeScope step = NewDisposeScope();
            features.Add(_network.Features(Input(batch, scaling)).cpu().MoveToOuterDisposeScope());
            classes.AddRange(batch.Classes);
        }

        HeadStart.Apply(_network.Head, cat(features, 0), classes, IsMultiLabel, Seed, views);
    }

    public override IEnumerable<TrainingStep> TrainingSteps(int epoch, CancellationToken cancel)
    {
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        int step = 0;
        foreach (ImageClassBatch batch in Chips.TrainingBatches(epoch, cancel))
        {
            using (batch)
            {
                ImageMix mix = ImageMix.Draw(Options.Loss.MixUp, Seed, epoch, step++);
                mix.Apply(batch);
                yield return new TrainingStep(batch.Count, () => mix.Loss(_loss, _network.call(Input(batch, scaling)), batch.Classes));
            }
        }
    }

    public override ValidationResult Validate(CancellationToken cancel)
    {
        InputScaling scaling = InputScaling.Between(Chips.Normalization, Normalization);
        ImageCounts counts = new(Classes, IsMultiLabel);
        double sum = 0;
        int images = 0;
        foreach (ImageClassBatch batch in Chips.ValidationBatches(cancel))
        {
            using ImageClassBatch used = batch;
            cancel.ThrowIfCancellationRequested();
            using IDisposable inference = inference_mode();
            using DisposeScope scope = NewDisposeScope();
            Tensor scores = Forward(batch, scaling);
            sum += _loss.Compute(scores, batch.Classes).Number() * batch.Count;
            images += batch.Count;
            counts.Add(batch.Classes, Probabilities(scores));
        }

        return new ValidationResult(sum / Math.Max(1, images), counts.Accuracy);
    }

    public IChipScorer CreateScorer(int batchSize, LearnPrecision precision) => new ChipScorer(this, batchSize, precision);

    /// <summary>Probabilities of the classes from scores: of each alone where an image may have several, else they add up to 1.</summary>
    /// <param name="scores"><c>[N, classes]</c>.</param>
    /// <returns>One array per image.</returns>
    public static float[][] ToProbabilities(float[] scores, int classes, bool isMultiLabel)
    {
        float[][] images = [.. scores.Chunk(classes)];
        foreach (float[] image in images)
        {
            if (isMultiLabel)
            {
                System.Numerics.Tensors.TensorPrimitives.Sigmoid(image, image);
            }
            else
            {
                // The library's takes the exponentials as they are: those of large scores are infinite.
                System.Numerics.Tensors.TensorPrimitives.Subtract(image, image.Max(), image);
                System.Numerics.Tensors.TensorPrimitives.SoftMax(image, image);
            }
        }

        return images;
    }

    /// <summary>The classes that an image is taken to have, from 0, ascending: the likeliest, or all that are likelier than not.</summary>
    public int[] Decide(float[] probabilities) => IsMultiLabel
        ? [.. Enumerable.Range(0, probabilities.Length).Where(c => probabilities[c] >= MultiLabelThreshold)]
        : [ImageCounts.Best(probabilities)];

    private protected override void RequireLabels()
    {
        if (Chips.TrainingChips > 0 && Chips.TrainingImagesPerClass.Sum() == 0)
        {
            throw NoLabels("a class");
        }
    }

    /// <summary>Scores normalised chips with the weights as they are now: <c>[N, classes]</c>, in the caller's dispose scope.</summary>
    private Tensor Forward(ImageClassBatch batch, InputScaling scaling)
    {
        _network.eval();
        return _network.call(Input(batch, scaling));
    }

    private float[][] Probabilities(Tensor scores) => ToProbabilities(TensorCopy.Samples(scores.cpu().contiguous()).ToArray(), Classes.Count, IsMultiLabel);
}
