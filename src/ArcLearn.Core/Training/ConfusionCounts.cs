using ArcLearn.Core.Data;

namespace ArcLearn.Core.Training;

/// <summary>How often each class was taken for each other: what accuracy, intersection over union, precision and recall are reckoned from.</summary>
internal sealed class ConfusionCounts
{
    /// <summary>What is not of any class, where that is something to be told apart.</summary>
    public const string BackgroundName = "(background)";

    private readonly ClassDefinition[] _classes;
    private readonly long[] _counts;
    private readonly int _first;

    /// <param name="hasBackground">Whether label 0 counts as a class of its own; else what has it in truth is left out.</param>
    public ConfusionCounts(IReadOnlyList<ClassDefinition> classes, bool hasBackground)
    {
        _classes = hasBackground ? [new ClassDefinition(0, BackgroundName, [-1, -1, -1]), .. classes] : [.. classes];
        _first = hasBackground ? 0 : 1;
        _counts = new long[_classes.Length * _classes.Length];
    }

    /// <summary>All that was counted.</summary>
    public long Total => _counts.Sum();

    /// <summary>The share that was found as it is; 0 where nothing was counted.</summary>
    public double Accuracy => Share(Enumerable.Range(0, _classes.Length).Sum(i => At(i, i)), Total);

    /// <summary>The mean intersection over union of the classes that the truth has; 0 where it has none.</summary>
    public double MeanIou => Records().Where(record => record.Support > 0).Select(record => record.IoU).DefaultIfEmpty(0).Average();

    /// <summary>Counts labels, item by item.</summary>
    /// <param name="actual">From 1, 0 for background, or <see cref="PixelBatch.Ignored"/>.</param>
    /// <param name="predicted">The same, none ignored, and 0 only with background.</param>
    public void Add(ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(predicted.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] >= _first)
            {
                _counts[((actual[i] - _first) * _classes.Length) + predicted[i] - _first]++;
            }
        }
    }

    /// <summary>A record for each class, in their order.</summary>
    public IReadOnlyList<ClassAccuracy> Records() =>
    [
        .. _classes.Select((one, i) =>
        {
            long correct = At(i, i);
            long support = Enumerable.Range(0, _classes.Length).Sum(j => At(i, j));
            long predicted = Enumerable.Range(0, _classes.Length).Sum(j => At(j, i));
            return Record(one, correct, support, predicted);
        }),
    ];

    /// <summary>The record of a class.</summary>
    /// <param name="correct">Of it and found as it.</param>
    /// <param name="support">Of it.</param>
    /// <param name="predicted">Found as it.</param>
    public static ClassAccuracy Record(ClassDefinition one, long correct, long support, long predicted) => new()
    {
        Class = one.Name,
        Value = one.Value,
        Precision = Share(correct, predicted),
        Recall = Share(correct, support),
        F1 = Share(2 * correct, support + predicted),
        IoU = Share(correct, support + predicted - correct),
        Support = support,
        Predicted = predicted,
        Correct = correct,
    };

    /// <param name="model">The model's name.</param>
    /// <param name="chips">How many were measured.</param>
    /// <param name="unit">What was counted.</param>
    public ModelAccuracy Result(string model, int chips, string unit)
    {
        IReadOnlyList<ClassAccuracy> records = Records();
        return new ModelAccuracy
        {
            Model = model,
            Accuracy = Accuracy,
            MeanIou = MeanIou,
            MeanF1 = records.Where(record => record.Support > 0).Select(record => record.F1).DefaultIfEmpty(0).Average(),
            Count = Total,
            Unit = unit,
            Chips = chips,
            Classes = records,
            ConfusionMatrix = Matrix(unit),
        };
    }

    private ConfusionMatrix Matrix(string unit) => new()
    {
        Classes = [.. _classes.Select(one => one.Name)],
        Counts = [.. Enumerable.Range(0, _classes.Length).Select(i => (IReadOnlyList<long>)[.. Enumerable.Range(0, _classes.Length).Select(j => At(i, j))])],
        Unit = unit,
    };

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private long At(int actual, int predicted) => _counts[(actual * _classes.Length) + predicted];
}
