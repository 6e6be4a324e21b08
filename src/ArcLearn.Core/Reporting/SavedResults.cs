using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Training;

namespace ArcLearn.Core.Reporting;

/// <summary>What was measured of a model, as its definition says it: under arcgis.learn's keys for those who look there, and under ArcLearn's.</summary>
internal sealed record SavedResults
{
    // Python's names of what is measured; those of a model that was read are no longer true once it was trained on.
    private const string LearningRateKey = "LearningRate";
    private const string AccuracyKey = "accuracy";
    private const string PrecisionKey = "average_precision_score";
    private const string ClassesKey = "per_class_metrics";
    private const string MonitoredPrefix = "monitored_";

    // arcgis.learn's name of background.
    private const string BackgroundName = "NoData";

    /// <summary>Of a model of which nothing is known.</summary>
    public static SavedResults None { get; } = new();

    /// <summary>The trainings that led to the weights.</summary>
    public TrainingHistory History { get; init; } = TrainingHistory.None;

    /// <summary>Of a classifier; null where none was measured.</summary>
    public ModelAccuracy? Accuracy { get; init; }

    /// <summary>Of a detector, its mean included; empty where none was measured.</summary>
    public IReadOnlyList<AveragePrecision> Precision { get; init; } = [];

    /// <summary>Numbers by name that the definition had, which was read.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Keys of a definition without those that a training makes untrue.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonElement>> Without(IReadOnlyList<KeyValuePair<string, JsonElement>> keys) =>
        [.. keys.Where(item => item.Key is not (LearningRateKey or AccuracyKey or PrecisionKey or ClassesKey) && !item.Key.StartsWith(MonitoredPrefix, StringComparison.Ordinal))];

    public ModelDefinitionFile AddTo(ModelDefinitionFile definition)
    {
        List<KeyValuePair<string, object?>> keys = [];
        Dictionary<string, double> metrics = new(Metrics, StringComparer.Ordinal);
        if (History.LearningRate is { } rate)
        {
            keys.Add(new(LearningRateKey, rate.First == rate.Last ? Text(rate.Last) : $"slice('{Text(rate.First)}', '{Text(rate.Last)}', None)"));
        }

        if (History.Reached is { } reached)
        {
            metrics["Epochs"] = History.Epochs.Count;
            metrics["TrainingLoss"] = reached.TrainLoss;
            metrics["ValidationLoss"] = reached.ValidLoss;
        }

        if (Accuracy is { } accuracy)
        {
            keys.Add(new(AccuracyKey, Text(accuracy.Accuracy)));
            keys.Add(new(ClassesKey, JsonSerializer.Serialize(accuracy.Classes.ToDictionary(
                one => one.Class == ConfusionCounts.BackgroundName ? BackgroundName : one.Class,
                one => new Dictionary<string, double> { ["precision"] = Math.Round(one.Precision, 10), ["recall"] = Math.Round(one.Recall, 10), ["f1"] = Math.Round(one.F1, 10) }))));
            metrics["Accuracy"] = accuracy.Accuracy;
            metrics["MeanIou"] = accuracy.MeanIou;
        }

        if (Precision.Count > 0)
        {
            double least = Precision.Min(one => one.IouThreshold);
            JsonMap scores = [];
            foreach (AveragePrecision one in Precision.Where(one => one.IouThreshold == least && one.Class != AveragePrecisionMetric.MeanName))
            {
                scores.Add(one.Class, one.Value);
            }

            keys.Add(new(PrecisionKey, scores));
            foreach (AveragePrecision mean in Precision.Where(one => one.Class == AveragePrecisionMetric.MeanName))
            {
                metrics[FormattableString.Invariant($"AveragePrecision{100 * mean.IouThreshold:0}")] = mean.Value;
            }
        }

        return definition with { Results = keys, Settings = definition.Settings! with { Metrics = metrics, Results = this } };
    }

    /// <summary>As Python's "{:.4e}" has it.</summary>
    private static string Text(double value) => value.ToString("0.0000e+00", CultureInfo.InvariantCulture);
}
