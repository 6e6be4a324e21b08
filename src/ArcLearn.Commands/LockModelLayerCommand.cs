using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Freezes the backbone: only the head trains, and batch norm everywhere.</summary>
/// <example>
/// <code>$model | Lock-ModelLayer</code>
/// <para>The next training moves the weights of the head alone.</para>
/// </example>
[Cmdlet(VerbsCommon.Lock, "ModelLayer")]
[OutputType(typeof(LearnModel))]
public sealed class LockModelLayerCommand : LearnCmdlet
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
        Inside.Detector(Model).Freeze();
        if (PassThru)
        {
            WriteObject(Model);
        }
    });
}
