using System.Management.Automation;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;

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
[OutputType(typeof(SingleShotDetector), typeof(UnetClassifier))]
public sealed class ImportLearnModelCommand : PathCmdlet
{
    /// <summary>A definition (.emd), a package (.dlpk) or the folder of one; wildcards are expanded. A name that is no file here is that of an installed model.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public override string[] Path { get; set; } = [];

    /// <summary>Data to train on and to measure with.</summary>
    [Parameter]
    public LearnDataBunch? Data { get; set; }

    /// <summary>Cpu, Cuda, or Auto: CUDA where torch reports a device.</summary>
    [Parameter]
    public LearnDevice Device { get; set; } = LearnDevice.Auto;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == LiteralPathSet ? ResolvePaths() : Path.SelectMany(ResolveModel))
        {
            Attempt(path, () =>
            {
                WriteVerbose($"Opening the model at {path}.");
                ModelEngine engine = SavedModel.Open(path, Data, Device, StopToken);
                WriteVerbose(engine.Definition.Summary());
                WriteObject(Inside.Model(engine));
            });
        }
    }

    /// <summary>What lies here, before a name in the store.</summary>
    private IReadOnlyList<string> ResolveModel(string path)
    {
        if (!ModelStore.IsPath(path) && !InvokeProvider.Item.Exists(path, force: true, literalPath: false))
        {
            IReadOnlyList<string> found = [];
            Attempt(path, () => found = [ModelStore.Open().Find(path).EmdPath]);
            return found;
        }

        return ResolveExisting(path, literal: false);
    }
}
