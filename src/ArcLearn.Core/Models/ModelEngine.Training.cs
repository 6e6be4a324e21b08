using ArcLearn.Core.Data;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;

namespace ArcLearn.Core.Models;

/// <content>How it is trained.</content>
internal abstract partial class ModelEngine
{
    private readonly List<EpochResult> _history = [];

    /// <summary>The epochs that led to the weights, of all trainings since the model was made or opened.</summary>
    public IReadOnlyList<EpochResult> History => _history;

    /// <inheritdoc/>
    public int EpochsTrained => _history.Count;

    /// <summary>How the last of these trainings was set; null where there was none.</summary>
    public TrainingOptions? LastTraining { get; private set; }

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
        foreach (EpochResult epoch in epochs)
        {
            _history.Add(epoch);
            LastTraining = options;
            yield return epoch;
        }
    }

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
            $"Training on {chips.TrainingChips} chips in {((ITrainable)this).StepsPerEpoch} batches of {chips.BatchSize}, validating on {chips.ValidationChips}, {options.Epochs} epoch(s) on {Device}, schedule {options.Schedule}; backbone {(IsFrozen ? "frozen" : "trained along")}."));
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
