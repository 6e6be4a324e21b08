using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Saves a model: its weights, its definition and the package made of both.</summary>
/// <remarks>
/// <para>The folder holds (name).pth, which torch.load reads, (name).emd and (name).dlpk, which ArcGIS and Install-LearnModel read. They appear
/// only when all three are complete.</para>
/// </remarks>
/// <example>
/// <code>$model | Save-LearnModel -Path models/trees | Install-LearnModel</code>
/// <para>Saves the model as "trees" and installs it under that name.</para>
/// </example>
[Cmdlet(VerbsData.Save, "LearnModel", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
[OutputType(typeof(ModelPackage))]
public sealed class SaveLearnModelCommand : LearnCmdlet
{
    /// <summary>The model to save, trained or not.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>The model's folder; its last part is the model's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The model's name; its folder becomes models/(name) in the data's folder.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Replaces a saved model of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        string folder = ParameterSetName == "Name" ? ModelFolder.Of(Model, Name) : ResolveOutput(Path);
        ModelEngine.CheckSave(folder, Force);
        WriteVerbose($"Saving weights (.pth), definition (.emd) and package (.dlpk) into {folder}.");
        if (ShouldProcess(folder, $"Save {Model.Name}"))
        {
            WriteObject(Inside.Engine(Model).Save(folder, Force, StopToken));
        }
    });
}
