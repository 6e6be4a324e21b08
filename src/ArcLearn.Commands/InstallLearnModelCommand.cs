using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Unpacks a model package into the model store, where the inference cmdlets find it by name.</summary>
/// <example>
/// <code>Install-LearnModel -Path trees.dlpk</code>
/// <para>Installs the model for the current user; its name is that of its definition.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Install, "LearnModel", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(InstalledModel))]
public sealed class InstallLearnModelCommand : PathCmdlet
{
    /// <summary>The current user's store, or the machine's.</summary>
    [Parameter]
    public ModelScope Scope { get; set; } = ModelScope.CurrentUser;

    /// <summary>Replaces an installed model of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string file in ResolvePaths())
        {
            Attempt(file, () =>
            {
                (string name, string folder) = ModelStore.Open().CheckInstall(file, Scope, Force);
                WriteVerbose($"Installing '{name}' of {file} into {folder}.");
                if (ShouldProcess(file, $"Install model '{name}'"))
                {
                    WriteObject(ModelStore.Open().Install(file, Scope, Force, cancel: StopToken));
                }
            });
        }
    }
}
