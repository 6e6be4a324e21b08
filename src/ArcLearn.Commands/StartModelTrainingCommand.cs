using System.Management.Automation;
using ArcLearn.Core;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;

namespace ArcLearn.Commands;

/// <summary>Trains a model and writes one result per epoch, as soon as it is reached.</summary>
/// <remarks>
/// <para>Adam with decoupled weight decay; by default the rate rises and falls once over the whole training (one cycle). The best model by
/// validation loss is saved at every improvement and is what the model holds at the end, also after Ctrl-C or a pipeline that takes only
/// the first results. What a UnetClassifier validates, saves and ends with is the moving average of its weights over a tenth of all steps.</para>
/// <para>Equal seeds of data and model give equal weights, bit by bit, on the same machine with the same precision and number of threads
/// (OMP_NUM_THREADS, or the cores; -Verbose tells it), for any number of threads that load chips.</para>
/// </remarks>
/// <example>
/// <code>$model | Start-ModelTraining -Epochs 20 -LearningRate 1e-4, 3e-3</code>
/// <para>Twenty epochs, the first layers at a thirtieth of the head's rate.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Start, "ModelTraining", SupportsShouldProcess = true)]
[OutputType(typeof(EpochResult))]
public sealed class StartModelTrainingCommand : LearnCmdlet
{
    /// <summary>The model; it needs data.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>Passes over the training chips.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, 10_000)]
    public int Epochs { get; set; } = 10;

    /// <summary>
    /// One rate for all layers, or two: of the first layer group and of the head, geometric in between. Left out: 1e-4, 3e-3 as in arcgis.learn, or
    /// 1e-4, 1e-3 on a backbone without batch norm (SqueezeNet), whose training higher rates upset; for a FeatureClassifier that starts from chance the higher of the two for all layers.
    /// </summary>
    [Parameter]
    [ValidateCount(1, 2)]
    [Alias("lr")]
    public double[]? LearningRate { get; set; }

    /// <summary>OneCycle, or Constant.</summary>
    [Parameter]
    public LearningRateSchedule Schedule { get; set; } = LearningRateSchedule.OneCycle;

    /// <summary>What the network computes in: Float32, or BFloat16, about twice as fast where the processor has instructions for it.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <summary>Ends the training when the validation loss has not improved for more than five epochs.</summary>
    [Parameter]
    [Alias("early_stopping")]
    public SwitchParameter EarlyStopping { get; set; }

    /// <summary>Saves no checkpoints; the model ends with the weights of the last epoch, a UnetClassifier with their moving average.</summary>
    [Parameter]
    public SwitchParameter NoCheckpoint { get; set; }

    /// <summary>The folder of the best checkpoint; left out: models/checkpoint_(date and time) in the data's folder.</summary>
    [Parameter]
    public string? CheckpointPath { get; set; }

    /// <summary>Replaces what lies at CheckpointPath.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? checkpoint = CheckpointPath is null ? null : ResolveOutput(CheckpointPath);
        try
        {
            Attempt(Model, () =>
            {
                ModelEngine engine = Inside.Engine(Model);
                TrainingOptions options = new()
                {
                    Epochs = Epochs,
                    LearningRate = LearningRate switch
                    {
                        [double all] => new LearningRate(all),
                        [double first, double last] => new LearningRate(first, last),
                        _ => engine.DefaultRate,
                    },
                    Schedule = Schedule,
                    EarlyStopping = EarlyStopping,
                    NoCheckpoint = NoCheckpoint,
                    CheckpointPath = checkpoint,
                    ReplaceCheckpoint = Force,
                    Precision = Precision,
                };
                engine.CheckFit(options, WriteVerbose);
                WriteVerbose(engine.DescribeTraining(options));
                if (!ShouldProcess(Model.Name, $"Train for {Counted.Epochs(Epochs)}"))
                {
                    return;
                }

                foreach (EpochResult epoch in engine.Fit(options, ShowBatch, WarnOnce, StopToken))
                {
                    WriteObject(epoch);
                }
            });
        }
        finally
        {
            CompleteProgress("Training");
        }
    }

    // A plain delegate: Progress<T> would post to another thread, where WriteProgress throws.
    private void ShowBatch(BatchProgress at) => WriteProgress(
        new ProgressRecord(1, "Training", $"epoch {at.Epoch} of {at.Epochs}, step {at.Batch} of {at.Batches}")
        {
            CurrentOperation = $"loss {at.Loss:F3}, rate {at.LearningRate:G2}, {at.ImagesPerSecond:F1} images/s",
            PercentComplete = (int)(100L * (((at.Epoch - 1) * at.Batches) + at.Batch) / ((long)at.Epochs * at.Batches)),
            SecondsRemaining = (int)Math.Min(int.MaxValue, at.Remaining.TotalSeconds),
        });
}
