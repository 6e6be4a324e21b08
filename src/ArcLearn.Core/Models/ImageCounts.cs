using ArcLearn.Core.Training;

namespace ArcLearn.Core.Models;

/// <summary>How well images are classified: of one class each, by the class that is likeliest; of several, each class by itself.</summary>
internal sealed class ImageCounts(IReadOnlyList<ClassDefinition> classes, bool isMultiLabel)
{
    private const string Unit = "images";

    private readonly ConfusionCounts _single = new(classes, hasBackground: false);
    private readonly long[] _support = new long[classes.Count];
    private readonly long[] _predicted = new long[classes.Count];
    private readonly long[] _correct = new long[classes.Count];
    private int _images;

    /// <summary>The share of images, or, where they may have several classes, of the answers to whether an image has a class, that is right.</summary>
    public double Accuracy => !isMultiLabel ? _single.Accuracy
        : _images == 0 ? 0
        : 1 - (Enumerable.Range(0, classes.Count).Sum(c => _support[c] + _predicted[c] - (2 * _correct[c])) / ((double)_images * classes.Count));

    /// <param name="actual">Classes of each image, from 0.</param>
    /// <param name="probabilities">Of each class, for each image.</param>
    public void Add(IReadOnlyList<int[]> actual, IReadOnlyList<float[]> probabilities)
    {
        for (int i = 0; i < probabilities.Count; i++)
        {
            _images++;
            if (!isMultiLabel)
            {
                _single.Add([actual[i][0] + 1], [Best(probabilities[i]) + 1]);
                continue;
            }

            for (int c = 0; c < classes.Count; c++)
            {
                bool isThere = actual[i].Contains(c);
                bool isFound = probabilities[i][c] >= ClassifierEngine.MultiLabelThreshold;
                _support[c] += isThere ? 1 : 0;
                _predicted[c] += isFound ? 1 : 0;
                _correct[c] += isThere && isFound ? 1 : 0;
            }
        }
    }

    public ModelAccuracy Result(string model)
    {
        if (!isMultiLabel)
        {
            return _single.Result(model, _images, Unit);
        }

        ClassAccuracy[] records = [.. classes.Select((one, c) => ConfusionCounts.Record(one, _correct[c], _support[c], _predicted[c]))];
        ClassAccuracy[] seen = [.. records.Where(record => record.Support > 0)];
        return new ModelAccuracy
        {
            Model = model,
            Accuracy = Accuracy,
            MeanIou = seen.Select(record => record.IoU).DefaultIfEmpty(0).Average(),
            MeanF1 = seen.Select(record => record.F1).DefaultIfEmpty(0).Average(),
            Count = _images,
            Unit = Unit,
            Chips = _images,
            Classes = records,
            ConfusionMatrix = null,
        };
    }

    /// <summary>The likeliest class; of equals the first.</summary>
    public static int Best(ReadOnlySpan<float> probabilities) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(probabilities);
}
