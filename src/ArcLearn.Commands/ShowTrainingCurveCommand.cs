using System.Management.Automation;
using ArcLearn.Core;
using ArcLearn.Core.Drawing;

namespace ArcLearn.Commands;

/// <summary>Plots the losses, the metric and the learning rate of a training over its epochs.</summary>
/// <remarks>
/// <para>Results of several trainings follow one another. A dashed line marks the epoch with the lowest validation loss, whose weights the model holds.</para>
/// </remarks>
/// <example>
/// <code>$epochs = $model | Start-ModelTraining -Epochs 20
/// $epochs | Show-TrainingCurve -Path training.png</code>
/// <para>Trains, then plots what the epochs reached.</para>
/// </example>
[Cmdlet(VerbsCommon.Show, "TrainingCurve", SupportsShouldProcess = true)]
[OutputType(typeof(PictureItem))]
public sealed class ShowTrainingCurveCommand : PictureCmdlet
{
    private readonly List<EpochResult> _epochs = [];

    /// <summary>Results of epochs, as Start-ModelTraining writes them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public EpochResult[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => _epochs.AddRange(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing() => Draw(
        "training.png", $"Plot {Counted.Epochs(_epochs.Count)}", picture => TrainingCurve.Draw(_epochs, picture, Force));
}
