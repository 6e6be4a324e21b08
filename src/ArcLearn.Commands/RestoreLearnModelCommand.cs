using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Loads the weights of a saved model into a model that is built the same.</summary>
/// <remarks>
/// <para>Classes and definition are compared first, then names and shapes of the weights. A saved model that does not fit is an error, and the
/// model keeps the weights it has. To open a saved model as it is, use Import-LearnModel.</para>
/// </remarks>
/// <example>
/// <code>$model | Restore-LearnModel -Path models/trees</code>
/// <para>The weights that Save-LearnModel wrote there.</para>
/// </example>
/// <example>
/// <code>$model | Restore-LearnModel -Path $epochs[-1].CheckpointPath -PassThru | Measure-AveragePrecision</code>
/// <para>The best checkpoint of a training.</para>
/// </example>
[Cmdlet(VerbsData.Restore, "LearnModel", DefaultParameterSetName = "Path")]
[OutputType(typeof(LearnModel))]
public sealed class RestoreLearnModelCommand : LearnCmdlet
{
    /// <summary>The model that takes the weights.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>The saved model: its folder, a .emd, .dlpk, or its weights alone (.pth, .safetensors).</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The saved model's name: it lies at models/(name) in the data's folder.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Writes the model again, for the next cmdlet.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        string path = ParameterSetName == "Name" ? ModelFolder.Of(Model, Name) : Path;
        if (TryResolveOptional(path, out string? saved))
        {
            Inside.Engine(Model).Restore(saved!, WarnOnce, StopToken);
            if (PassThru)
            {
                WriteObject(Model);
            }
        }
    });
}
