using System.Text.Json;
using System.Text.Json.Serialization;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Training;

namespace ArcLearn.Core.Reporting;

/// <summary>
/// The trainings of a model and what was measured of it, as its definition keeps them in ArcLearn's own object: so that a model that was opened can be saved again with all that was known of it.
/// Times are not among them, nor paths: equal trainings give equal text.
/// </summary>
internal static class SavedResultsText
{
    private const string TrainingKey = "Training";
    private const string AccuracyKey = "Accuracy";
    private const string PrecisionKey = "AveragePrecision";

    // Losses and scores may be no numbers, which JSON has as text.
    private static readonly JsonSerializerOptions s_options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public static void AddTo(JsonMap map, SavedResults results)
    {
        if (results.History is { Epochs.Count: > 0 } history)
        {
            Add(TrainingKey, new TrainingText(
                history.LearningRate?.First ?? double.NaN,
                history.LearningRate?.Last ?? double.NaN,
                history.Schedule,
                history.Precision,
                history.Seed,
                history.KeptBest,
                history.Data,
                history.Epochs[^1].MetricName,
                [.. history.Epochs.Select(epoch => new EpochText(
                    epoch.Epoch, epoch.Epochs, epoch.TrainLoss, epoch.ValidLoss, epoch.Metric, epoch.MeanIou, epoch.LearningRate, epoch.IsBest))]));
        }

        if (results.Accuracy is { } accuracy)
        {
            Add(AccuracyKey, accuracy with { Model = "", ConfusionMatrix = null });
        }

        if (results.Precision.Count > 0)
        {
            Add(PrecisionKey, results.Precision.Select(one => one with { Curve = null }));
        }

        void Add<T>(string key, T value) => map.Add(key, JsonSerializer.SerializeToElement(value, s_options));
    }

    /// <exception cref="LearnFormatException">One of the keys holds what it cannot mean.</exception>
    public static SavedResults Read(JsonKeys keys)
    {
        SavedResults results = new()
        {
            History = Read<TrainingText>(keys, TrainingKey)?.ToHistory() ?? TrainingHistory.None,
            Accuracy = Read<ModelAccuracy>(keys, AccuracyKey),
            Precision = Read<AveragePrecision[]>(keys, PrecisionKey) ?? [],
        };
        return results.History.Epochs.Count == 0 && results.Accuracy is null && results.Precision.Count == 0 ? SavedResults.None : results;
    }

    private static T? Read<T>(JsonKeys keys, string key)
        where T : class
    {
        if (!keys.TryGet(key, out JsonElement value))
        {
            return null;
        }

        try
        {
            T? read = value.Deserialize<T>(s_options);
            return IsWhole(read) ? read : throw keys.Fail(key, "lacks a part.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw keys.Fail(key, $"cannot be read: {e.Message}");
        }
    }

    /// <summary>Whether nothing in it is null that text in JSON may leave null.</summary>
    private static bool IsWhole(object? read) => read switch
    {
        TrainingText training => training is { Data: not null, Metric: not null, Epochs: not null } && training.Epochs.All(epoch => epoch is not null),
        ModelAccuracy accuracy => accuracy.Unit is not null && accuracy.Classes.All(one => one?.Class is not null),
        AveragePrecision[] precision => precision.All(one => one?.Class is not null),
        _ => false,
    };

    private sealed record TrainingText(
        double FirstRate, double LastRate, LearningRateSchedule Schedule, LearnPrecision Precision, int Seed, bool KeptBest, string Data, string Metric, EpochText[] Epochs)
    {
        public TrainingHistory ToHistory() => new()
        {
            Epochs = [.. Epochs.Select(epoch => epoch.ToResult(Metric, Precision))],
            LearningRate = FirstRate > 0 && LastRate > 0 && double.IsFinite(FirstRate) && double.IsFinite(LastRate) ? new LearningRate(FirstRate, LastRate) : null,
            Schedule = Schedule,
            Precision = Precision,
            Seed = Seed,
            KeptBest = KeptBest,
            Data = Data,
        };
    }

    private sealed record EpochText(int Epoch, int Epochs, double TrainLoss, double ValidLoss, double Metric, double? MeanIou, double LearningRate, bool IsBest)
    {
        public EpochResult ToResult(string metric, LearnPrecision precision) => new()
        {
            Epoch = Epoch,
            Epochs = Epochs,
            TrainLoss = TrainLoss,
            ValidLoss = ValidLoss,
            MetricName = metric,
            Metric = Metric,
            MeanIou = MeanIou,
            LearningRate = LearningRate,
            Duration = TimeSpan.Zero,
            ImagesPerSecond = 0,
            Precision = precision,
            IsBest = IsBest,
        };
    }
}
