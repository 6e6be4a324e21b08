using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Unpacks a model package into the model store, where the inference cmdlets find it by name, and writes what was installed.</summary>
/// <remarks>
/// <para>A package is looked through before anything of it is unpacked, and its weights are read before it is installed. What is unsafe or damaged is refused by name, and so is a model of a framework that cannot be run
/// here (FrameworkNotSupported). A model of arcgis.learn of a kind that is not known here is installed with a warning.</para>
/// </remarks>
/// <example>
/// <code>Install-LearnModel -Path trees.dlpk</code>
/// <para>Installs the model for the current user; its name is that of its definition.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Install, "LearnModel", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(InstalledModel))]
public sealed class InstallLearnModelCommand : PathCmdlet
{
    private const string DefinitionSet = "Definition";

    /// <summary>A definition, as New-LearnModel makes it: installed with the weights that it names.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefinitionSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ModelDefinition Definition { get; set; } = null!;

    /// <summary>The current user's store, or the machine's.</summary>
    [Parameter]
    public ModelScope Scope { get; set; } = ModelScope.CurrentUser;

    /// <summary>Replaces an installed model of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Taken as Uninstall-LearnModel takes it. What was installed is written with and without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == DefinitionSet)
        {
            Install(Definition.Name, () => ModelPackageReader.Open(Definition));
            return;
        }

        foreach (string file in ResolvePaths())
        {
            Install(file, () => ModelPackageReader.Open(file));
        }
    }

    private void Install(string source, Func<ModelPackageReader> open) => Attempt(source, () =>
    {
        using ModelPackageReader package = open();
        ModelStore store = ModelStore.Open();
        WriteVerbose($"Installing '{package.Name}' of {source} into {store.CheckInstall(package, Scope, Force)}.");
        if (ShouldProcess(source, $"Install model '{package.Name}'"))
        {
            InstalledModel installed = store.Install(package, Scope, Force, cancel: StopToken);
            if (ModelDescription.Problem(package) is { Length: > 0 } problem)
            {
                WriteWarning($"'{installed.Name}' is installed, but cannot be used here: {problem}");
            }

            WriteObject(installed);
        }
    });
}
