using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Measures how well a classifier of pixels or of images tells its classes apart.</summary>
/// <remarks>
/// <para>Measured on the validation chips, or on all chips of another bunch. The record holds accuracy, mean intersection over union and mean F1 of the classes that the
/// truth has; in Classes precision, recall, F1, intersection over union and the count for each class; in ConfusionMatrix how often each class was found as each.</para>
/// <para>Pixels without a label, and those of ignored classes, are left out. A model that learnt background as a class is measured on it, too.</para>
/// </remarks>
/// <example>
/// <code>$unet | Measure-ModelAccuracy</code>
/// <para>On the validation chips.</para>
/// </example>
/// <example>
/// <code>($unet | Measure-ModelAccuracy -Data (New-LearnDataBunch east -ChipSize 128)).Classes</code>
/// <para>Class by class on all chips of another folder.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "ModelAccuracy")]
[OutputType(typeof(ModelAccuracy))]
public sealed class MeasureModelAccuracyCommand : LearnCmdlet
{
    /// <summary>The model that is measured.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>Another bunch, all of whose chips are measured; its classes are matched by name.</summary>
    [Parameter]
    public LearnDataBunch? Data { get; set; }

    /// <summary>What the network computes in: Float32, or BFloat16.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <summary>Sees each image in its eight turns and mirrorings and takes the mean of the probabilities, at eight times the work; for a FeatureClassifier.</summary>
    [Parameter]
    [Alias("test_time_augmentation")]
    public SwitchParameter TestTimeAugmentation { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        ModelEngine engine = Inside.Engine(Model);
        WriteVerbose(engine.Definition.Summary());
        WriteVerbose(Data is null
            ? $"Measuring on the {Model.Data?.ValidationChips ?? 0} validation chips."
            : $"Measuring on all {Data.TrainingChips + Data.ValidationChips + Data.DroppedChips} chips of {string.Join(", ", Data.Path)}.");
        engine.TellPrecision(Precision, WarnOnce);
        WriteObject(Inside.Measure(Model, Data, Precision, TestTimeAugmentation, WarnOnce, StopToken));
    });
}
