using System.Management.Automation;
using ArcLearn.Core.Models;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Commands;

/// <summary>Saves a model: its weights, its definition and the package made of both.</summary>
/// <remarks>
/// <para>The folder holds (name).pth, which torch.load reads, (name).emd and (name).dlpk, which ArcGIS and Install-LearnModel read, and model_metrics.html, one page with the settings, the losses of the training,
/// what is measured on the validation chips, and sample results; its pictures lie in ModelCharacteristics, too. The package holds all of it. The files appear only when all are complete.</para>
/// </remarks>
/// <example>
/// <code>$model | Save-LearnModel -Path models/trees | Install-LearnModel</code>
/// <para>Saves the model as "trees" and installs it under that name.</para>
/// </example>
[Cmdlet(VerbsData.Save, "LearnModel", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
[OutputType(typeof(ModelPackage))]
public sealed class SaveLearnModelCommand : LearnCmdlet
{
    private readonly List<(LearnModel Model, string Folder)> _saves = [];

    /// <summary>The model to save, trained or not.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>The model's folder; its last part is the model's name. For several models a script block names each ($_ is its name).</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public object Path { get; set; } = "";

    /// <summary>The model's name; its folder becomes models/(name) in the data's folder.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Saves without measuring and drawing: no report. To measure takes as long as the validation of an epoch.</summary>
    [Parameter]
    public SwitchParameter NoReport { get; set; }

    /// <summary>Replaces a saved model of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () => _saves.Add((Model, ParameterSetName == "Name" ? ModelFolder.Of(Model, Name) : FolderOf(Model))));

    /// <summary>Writes once all models are known: two of them may have one place.</summary>
    protected override void EndProcessing()
    {
        Attempt(ParameterSetName, () => RequireDistinct(ParameterSetName, _saves.Select(save => save.Folder), (count, folder) =>
            $"{count} models cannot be saved as one, {folder}; give -Path a script block that names each, such as {{ \"models/$_\" }} where $_ is the model's name."));
        foreach ((LearnModel model, string folder) in _saves)
        {
            Attempt(model, () => Save(model, folder));
        }
    }

    private string FolderOf(LearnModel model) => System.IO.Path.TrimEndingDirectorySeparator(
        (Path is PSObject wrapped ? wrapped.BaseObject : Path) is ScriptBlock ? ResolveOutput(Path, "", model.Name, out _) : ResolveOutput(LanguagePrimitives.ConvertTo<string>(Path)));

    private void Save(LearnModel model, string folder)
    {
        ModelEngine.CheckSave(folder, Force);
        WriteVerbose($"Saving weights (.pth), definition (.emd) and package (.dlpk) into {folder}.");
        if (ShouldProcess(folder, $"Save {model.Name}"))
        {
            ModelEngine engine = Inside.Engine(model);
            ModelReport? report = NoReport ? null : ModelReport.Make(engine, System.IO.Path.GetFileName(folder), WarnOnce, StopToken);
            WriteObject(engine.Save(folder, Force, StopToken, report));
        }
    }
}
