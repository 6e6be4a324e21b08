using System.Diagnostics;
using System.Numerics.Tensors;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Classifies images with one prepared model, in batches of one shape: an image's result depends on the model and on that image alone.
/// </summary>
internal sealed class ClassPredictor : IDisposable
{
    private readonly PreparedClassifier _prepared;
    private readonly ImageInput _input;
    private readonly ClassifierDefinition _model;
    private readonly float[] _samples;
    private readonly List<(string Path, int Width, int Height, TimeSpan Reading)> _waiting = [];

    /// <summary>Prepares a model as it is now; later training does not change what is found.</summary>
    /// <param name="batchSize">Images per step; two at least, since a batch of one takes other code paths in libtorch.</param>
    public ClassPredictor(ClassifierEngine model, int batchSize, LearnPrecision precision = LearnPrecision.Float32)
    {
        BatchSize = Math.Max(2, batchSize);
        _model = model.Definition;
        _input = new ImageInput(_model);
        _samples = new float[BatchSize * _input.Length];
        using (model.Gate.Enter(model.Name, CancellationToken.None))
        {
            _prepared = model.Network.Prepare(precision);
        }
    }

    public int BatchSize { get; }

    /// <summary>Whether as many images wait as go into a batch.</summary>
    public bool IsFull => _waiting.Count == BatchSize;

    /// <summary>Reads an image, which waits for <see cref="Predict"/>.</summary>
    /// <inheritdoc cref="ImageInput.Read"/>
    public void Add(string path, IFileSystem? files = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        (int width, int height) = _input.Read(path, _samples.AsSpan(_waiting.Count * _input.Length, _input.Length), files ?? LocalFileSystem.Instance);
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
        _samples.AsSpan(_waiting.Count * _input.Length).Clear();
        float[] scores = Score(_samples);
        int classes = _model.Classes.Count;
        TimeSpan each = watch.Elapsed / _waiting.Count;
        ClassPrediction[] found = [.. _waiting.Select((image, i) => Describe(scores.AsSpan(i * classes, classes), image.Path, image.Width, image.Height, image.Reading + each))];
        _waiting.Clear();
        return found;
    }

    public void Dispose() => _prepared.Dispose();

    private float[] Score(float[] samples)
    {
        using IntraOpThreads threads = IntraOpThreads.All();
        float[] scores = _prepared.Run(samples, BatchSize);
        return float.IsFinite(TensorPrimitives.Sum<float>(scores)) ? scores : throw ModelFault.NotFinite();
    }

    private ClassPrediction Describe(Span<float> scores, string path, int width, int height, TimeSpan duration)
    {
        bool isMultiLabel = _model.Options.Loss.IsMultiLabel;
        ClassifierEngine.ToProbabilities(scores, isMultiLabel);
        float[] values = scores.ToArray();
        ClassProbability[] probabilities = [.. _model.Classes.Select((one, c) => new ClassProbability(one.Name, one.Value, values[c])).OrderByDescending(one => one.Probability)];
        ClassProbability[] found = isMultiLabel ? [.. probabilities.Where(one => one.Probability >= ClassifierEngine.MultiLabelThreshold)] : probabilities[..1];
        return new ClassPrediction
        {
            Path = path,
            Class = string.Join(", ", found.Select(one => one.Class)),
            ClassValue = isMultiLabel ? null : found[0].ClassValue,
            Confidence = found.Select(one => one.Probability).DefaultIfEmpty(0).Min(),
            Probabilities = probabilities,
            Model = _model.Name,
            Width = width,
            Height = height,
            Duration = duration,
        };
    }
}
