using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Classifies images with one prepared model, in batches of one shape: an image's result depends on the model and on that image alone.
/// </summary>
internal sealed class ClassPredictor : IDisposable
{
    private readonly IChipScorer _scorer;
    private readonly ImageInput _input;
    private readonly NetworkDefinition _model;
    private readonly bool _isMultiLabel;
    private readonly List<(string Path, int Width, int Height, TimeSpan Reading)> _waiting = [];

    /// <summary>Prepares a model as it is now; later training does not change what is found.</summary>
    /// <param name="definition">What it is.</param>
    /// <param name="isMultiLabel">Whether an image may have any number of classes.</param>
    /// <param name="batchSize">Images per step.</param>
    /// <param name="isAugmented">Whether each image is seen in its eight turns and mirrorings.</param>
    public ClassPredictor(IChipModel model, NetworkDefinition definition, bool isMultiLabel, int batchSize, LearnPrecision precision = LearnPrecision.Float32, bool isAugmented = false)
    {
        (_model, _isMultiLabel) = (definition, isMultiLabel);
        _input = new ImageInput(definition);
        _scorer = AugmentedScorer.Create(model, batchSize, precision, isAugmented);
    }

    /// <inheritdoc cref="ClassPredictor(IChipModel, NetworkDefinition, bool, int, LearnPrecision, bool)"/>
    public ClassPredictor(ClassifierEngine model, int batchSize, LearnPrecision precision = LearnPrecision.Float32, bool isAugmented = false)
        : this(model, model.Definition, model.IsMultiLabel, batchSize, precision, isAugmented)
    {
    }

    /// <summary>Whether as many images wait as go into a batch.</summary>
    public bool IsFull => _waiting.Count == _scorer.BatchSize;

    /// <summary>Reads an image, which waits for <see cref="Predict"/>.</summary>
    /// <inheritdoc cref="ImageInput.Read(string, Span{float}, IFileSystem)"/>
    public void Add(string path, IFileSystem? files = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        (int width, int height) = _input.Read(path, _scorer.Place(_waiting.Count), files ?? LocalFileSystem.Instance);
        _waiting.Add((path, width, height, watch.Elapsed));
    }

    /// <summary>Classifies the images that wait, in their order.</summary>
    /// <exception cref="LearnDataException">ModelOutput: the model answers with what is no number.</exception>
    public IReadOnlyList<ClassPrediction> Predict()
    {
        if (_waiting.Count == 0)
        {
            return [];
        }

        Stopwatch watch = Stopwatch.StartNew();
        float[][] probabilities = _scorer.Score(_waiting.Count);
        TimeSpan each = watch.Elapsed / _waiting.Count;
        ClassPrediction[] found = [.. _waiting.Select((image, i) => Describe(probabilities[i], image.Path, image.Width, image.Height, image.Reading + each))];
        _waiting.Clear();
        return found;
    }

    public void Dispose() => _scorer.Dispose();

    private ClassPrediction Describe(float[] values, string path, int width, int height, TimeSpan duration)
    {
        ClassProbability[] probabilities = [.. _model.Classes.Select((one, c) => new ClassProbability(one.Name, one.Value, values[c])).OrderByDescending(one => one.Probability)];
        ClassProbability[] found = _isMultiLabel ? [.. probabilities.Where(one => one.Probability >= ClassifierEngine.MultiLabelThreshold)] : probabilities[..1];
        return new ClassPrediction
        {
            Path = path,
            Class = string.Join(", ", found.Select(one => one.Class)),
            ClassValue = _isMultiLabel ? null : found[0].ClassValue,
            Confidence = found.Select(one => one.Probability).DefaultIfEmpty(0).Min(),
            Probabilities = probabilities,
            Model = _model.Name,
            Width = width,
            Height = height,
            Duration = duration,
        };
    }
}
