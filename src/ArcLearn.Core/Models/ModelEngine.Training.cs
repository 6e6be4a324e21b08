using ArcLearn.Core.Data;
using ArcLearn.Core.Reporting;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;

namespace ArcLearn.Core.Models;

/// <content>How it is trained.</content>
internal abstract partial class ModelEngine
{
    /// <summary>What is known of the weights: the trainings that led to them, and of a model that was opened what had been measured.</summary>
    public SavedResults Results { get; private set; }

    /// <summary>The pictures of the report of a model that was opened, by name; empty once it is trained.</summary>
    public IReadOnlyDictionary<string, byte[]> Pictures { get; private set; } = new Dictionary<string, byte[]>();

    /// <inheritdoc/>
    public int EpochsTrained => Results.History.Epochs.Count;

    /// <summary>Whether the weights are no longer those that the model was made or opened with.</summary>
    private bool HasOtherWeights { get; set; }

    /// <summary>Takes the pictures of the report that was saved with the weights.</summary>
    public void KeepPictures(IReadOnlyDictionary<string, byte[]> pictures) => Pictures = pictures;

    /// <summary>Trains; checkpoints carry the model's definition.</summary>
    /// <exception cref="LearnDataException">The model has no data (DataMissing), or nothing to learn from in them (NoLabels).</exception>
    public IEnumerable<EpochResult> Fit(TrainingOptions options, Action<BatchProgress>? progress, Action<string>? warn, CancellationToken cancel)
    {
        RequireLabels();                                            // said before the first epoch, not in it
        TellPrecision(options.Precision, warn);
        if (!HasValidation)
        {
            warn?.Invoke($"The data have no validation chips{(ChipData.ValidationChips > 0 ? " with a label that counts" : "")}: the training loss decides which epoch is the best, and nothing tells when it only learns by heart. New-LearnDataBunch keeps some with -ValidationFraction.");
        }

        return Recorded(Trainer.Fit(this, options with { WriteDefinition = WriteDefinition }, progress, cancel), options);
    }

    private IEnumerable<EpochResult> Recorded(IEnumerable<EpochResult> epochs, TrainingOptions options)
    {
        // Ended within its first epoch, it leaves other weights; with a checkpoint those from before.
        if (options.NoCheckpoint)
        {
            TakeResults(new SavedResults { History = Results.History });
        }

        foreach (EpochResult epoch in epochs)
        {
            TakeResults(new SavedResults { History = Results.History.With(epoch, options, Seed, DescribeData(Data!)) });
            yield return epoch;
        }
    }

    /// <summary>What is known of the weights once they are others.</summary>
    private void TakeResults(SavedResults results)
    {
        Results = results;
        Pictures = new Dictionary<string, byte[]>();
        HasOtherWeights = true;
    }

    /// <summary>How many chips there are, and how they were split.</summary>
    public static string DescribeData(LearnDataBunch data) => FormattableString.Invariant(
        $"{data.TrainingChips} training and {data.ValidationChips} validation chips, split {data.Split}, batches of {data.BatchSize}, seed {data.Seed}");

    /// <summary>What a training's weights depend on beside the data, in a sentence.</summary>
    public string DescribeTraining(TrainingOptions options) =>
        $"Training with seed {Seed} (data: {ChipData.Seed}) in {options.Precision} on {IntraOpThreads.Default} thread(s) within an operation (OMP_NUM_THREADS, or the cores).";

    /// <summary>Searches for a learning rate; the model stays as it is.</summary>
    /// <exception cref="LearnDataException">The model has no data (DataMissing), or nothing to learn from in them (NoLabels).</exception>
    public LearningRateCurve FindLearningRate(LearningRateSearch search, Action<LearningRatePoint, int>? progress, Action<string>? warn, CancellationToken cancel)
    {
        RequireLabels();
        TellPrecision(search.Precision, warn);
        return LearningRateFinder.Find(this, search, progress, cancel);
    }

    /// <summary>What a training would refuse before it begins.</summary>
    /// <param name="inform">Takes a sentence about each thing that is decided.</param>
    public void CheckFit(TrainingOptions options, Action<string> inform)
    {
        IChipData chips = ChipData;
        string? checkpoint = Trainer.Check(this, options);
        IReadOnlyList<double> rates = options.LearningRate.ForGroups(_network.LayerGroups.Count);
        inform(Definition.Summary());
        inform(FormattableString.Invariant(
            $"Training on {chips.TrainingChips} chips in {chips.TrainingChips / chips.BatchSize} batches of {chips.BatchSize}{(StepsPerBatch > 1 ? $", {StepsPerBatch} steps each" : "")}, validating on {chips.ValidationChips}, {options.Epochs} epoch(s) on {Device}, schedule {options.Schedule}; backbone {(IsFrozen ? "frozen" : "trained along")}."));
        inform($"Learning rates by layer group: {string.Join(", ", rates.Select(rate => FormattableString.Invariant($"{rate:G3}")))}.");
        inform(checkpoint is null ? "No checkpoint is written." : $"The best model goes to {checkpoint}.");
    }

    /// <summary>Finds out whether the training side has anything to learn from.</summary>
    /// <exception cref="LearnDataException">It has nothing (NoLabels).</exception>
    private protected abstract void RequireLabels();

    /// <param name="thing">What no training chip has.</param>
    private protected LearnDataException NoLabels(string thing) => new(
        "NoLabels",
        $"None of the {ChipData.TrainingChips} training chip(s) has {thing}: there is nothing to learn. Choose another -Seed or -ValidationFraction for the split, or add chips with some.",
        Data);
}
