using System.Management.Automation;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Commands;

/// <summary>Opens a saved model, to go on training it with data or to use it without.</summary>
/// <example>
/// <code>$model = Import-LearnModel -Path models/trees/trees.emd</code>
/// <para>For inference only.</para>
/// </example>
/// <example>
/// <code>$model = Import-LearnModel trees</code>
/// <para>The model that is installed under that name.</para>
/// </example>
/// <example>
/// <code>$model = Import-LearnModel -Path trees.dlpk -Data $data</code>
/// <para>With data, whose classes must be the model's: it can be trained and measured.</para>
/// </example>
[Cmdlet(VerbsData.Import, "LearnModel", DefaultParameterSetName = PathSet)]
[OutputType(typeof(SingleShotDetector), typeof(UnetClassifier), typeof(FeatureClassifier))]
public sealed class ImportLearnModelCommand : PathCmdlet
{
    private const string InstalledSet = "Installed";
    private const string DefinitionSet = "Definition";

    /// <summary>A definition (.emd), a package (.dlpk) or the folder of one; wildcards are expanded. A name that is no file here is that of an installed model.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Path { get; set; } = [];

    /// <summary>An installed model, as Get-LearnModel gives it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InstalledSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public InstalledModel InstalledModel { get; set; } = null!;

    /// <summary>A definition, as New-LearnModel makes it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefinitionSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ModelDefinition Definition { get; set; } = null!;

    /// <summary>Data to train on and to measure with.</summary>
    [Parameter]
    public LearnDataBunch? Data { get; set; }

    /// <summary>Cpu, Cuda, or Auto: CUDA where torch reports a device.</summary>
    [Parameter]
    public LearnDevice Device { get; set; } = LearnDevice.Auto;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case InstalledSet:
                Attempt(InstalledModel.Name, () => Write(ModelStore.Open().Use(InstalledModel, Open)));
                break;
            case DefinitionSet:
                Attempt(Definition.Name, () => OpenOwned(ModelPackageReader.Open(Definition)));
                break;
            case LiteralPathSet:
                ResolvePaths().ToList().ForEach(OpenPath);
                break;
            default:
                Path.ToList().ForEach(OpenNamed);
                break;
        }
    }

    /// <summary>What lies here, before a name in the store.</summary>
    private void OpenNamed(string path)
    {
        if (!ModelStore.IsPath(path) && !InvokeProvider.Item.Exists(path, force: true, literalPath: false))
        {
            Attempt(path, () => Write(ModelStore.Open().Use(path, Open)));
            return;
        }

        ResolveExisting(path, literal: false).ToList().ForEach(OpenPath);
    }

    private void OpenPath(string path) => Attempt(path, () => OpenOwned(ModelPackageReader.Open(path)));

    private void OpenOwned(ModelPackageReader package)
    {
        using (package)
        {
            Write(Open(package));
        }
    }

    private ModelEngine Open(ModelPackageReader package)
    {
        WriteVerbose($"Opening the model at {package.DefinitionPath}.");
        IReadOnlyDictionary<string, byte[]> pictures = SavedPictures.Read(package, StopToken);
        ModelEngine engine = SavedModel.Open(package, Data, Device, StopToken);
        engine.KeepPictures(pictures);
        return engine;
    }

    private void Write(ModelEngine engine)
    {
        WriteVerbose(engine.Definition.Summary());
        WriteObject(Inside.Model(engine));
    }
}
