using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Lets the backbone's layers train along with the head, for fine-tuning.</summary>
/// <example>
/// <code>$model | Unlock-ModelLayer</code>
/// <para>The next training moves all weights; take a lower rate for the first layers, such as 1e-5, 1e-4.</para>
/// </example>
[Cmdlet(VerbsCommon.Unlock, "ModelLayer")]
[OutputType(typeof(LearnModel))]
public sealed class UnlockModelLayerCommand : LearnCmdlet
{
    /// <summary>The model, as New-SingleShotDetector or Import-LearnModel gives it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>Writes the model again, for the next cmdlet.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        Inside.Detector(Model).Unfreeze();
        if (PassThru)
        {
            WriteObject(Model);
        }
    });
}
