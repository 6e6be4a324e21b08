using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>A cmdlet that says which layers of a model train.</summary>
public abstract class ModelLayerCmdlet : LearnCmdlet
{
    /// <summary>The model, as New-SingleShotDetector, New-UnetClassifier or Import-LearnModel gives it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>Writes the model again, for the next cmdlet.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        Change();
        if (PassThru)
        {
            WriteObject(Model);
        }
    });

    private protected abstract void Change();
}
