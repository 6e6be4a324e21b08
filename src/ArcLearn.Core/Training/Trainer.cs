using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Training;

/// <summary>Trains a model epoch by epoch.</summary>
internal static class Trainer
{
    /// <summary>
    /// Each step of the sequence trains one epoch, on the thread that asks for it. However the sequence ends (its end, early stopping, an abandoned enumerator,
    /// cancellation, a failure), the weights of the best epoch are in the model afterwards; a failure before the first epoch's end puts the initial ones back.
    /// With <see cref="TrainingOptions.NoCheckpoint"/> only a failure touches the weights.
    /// </summary>
    /// <param name="progress">Called after every batch, on the same thread.</param>
    /// <exception cref="LearnArgumentException">Epochs below 1.</exception>
    /// <exception cref="LearnDataException">The training chips do not fill one batch (BatchTooLarge), or the model is being trained already (ModelBusy) or gone (ModelDisposed).</exception>
    /// <exception cref="OutputExistsException">The checkpoint's place is taken (at the first step).</exception>
    /// <exception cref="IOException">The checkpoint's place cannot be written to (at the first step, before any training).</exception>
    /// <exception cref="TrainingException">A loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">At the next batch after the token is cancelled.</exception>
    public static IEnumerable<EpochResult> Fit(ITrainable model, TrainingOptions options, Action<BatchProgress>? progress, CancellationToken cancel)
    {
        CheckSteps(model, options);
        return Run(model, options, progress, cancel);
    }

    /// <summary>What <see cref="Fit"/> and its first step refuse before they write or train.</summary>
    /// <returns>The folder of the checkpoint; null where there will be none.</returns>
    /// <inheritdoc cref="Fit"/>
    public static string? Check(ITrainable model, TrainingOptions options)
    {
        CheckSteps(model, options);
        return Checkpoint.Find(model.DataFolder, options)?.Folder;
    }

    private static void CheckSteps(ITrainable model, TrainingOptions options)
    {
        if (options.Epochs < 1)
        {
            throw new LearnArgumentException("Epochs", $"A training has at least one epoch; found {options.Epochs}.");
        }

        RequireSteps(model);
    }

    /// <exception cref="LearnDataException">The training chips do not fill one batch (BatchTooLarge).</exception>
    public static void RequireSteps(ITrainable model)
    {
        if (model.StepsPerEpoch < 1)
        {
            throw new LearnDataException(
                "BatchTooLarge",
                $"The training chips do not fill one batch of {model.BatchSize}. Lower -BatchSize, or add chips.",
                model.Name);
        }
    }

    // No dispose scope and no thread setting is held across a yield: both belong to a thread, and the caller may use torch in between.
    private static IEnumerable<EpochResult> Run(ITrainable model, TrainingOptions options, Action<BatchProgress>? progress, CancellationToken cancel)
    {
        using IDisposable training = model.Gate.BeginTraining(model.Name);
        TorchRuntime.EnsureLoaded();
        Checkpoint? checkpoint = Checkpoint.Open(model.DataFolder, options);
        TrainingRun? run = null;
        bool isWhole = false;
        try
        {
            using (model.Gate.EnterTraining(model.Name, cancel))
            {
                run = new TrainingRun(model, options, checkpoint, progress);
            }

            for (int epoch = 1; epoch <= options.Epochs && !run.ShouldStop; epoch++)
            {
                isWhole = false;
                EpochResult result = run.Train(epoch, cancel);
                isWhole = true;
                yield return result;
            }
        }
        finally
        {
            // A failed or cancelled epoch has left the iterator with isWhole false; the run knows which it was.
            run?.End(isWhole);
            run?.Dispose();
            checkpoint?.Close();
        }
    }
}
