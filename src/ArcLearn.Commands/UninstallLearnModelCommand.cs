using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Removes models from the store; the package that they were installed from stays.</summary>
/// <example>
/// <code>Get-LearnModel tr* | Uninstall-LearnModel</code>
/// <para>Removes every installed model whose name begins with "tr".</para>
/// </example>
[Cmdlet(VerbsLifecycle.Uninstall, "LearnModel", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(InstalledModel))]
public sealed class UninstallLearnModelCommand : LearnCmdlet
{
    /// <summary>Names; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The store; left out: wherever the model is, the user's first.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public ModelScope? Scope { get; set; }

    /// <summary>Writes what was removed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            Attempt(name, () => Remove(name));
        }
    }

    private void Remove(string name)
    {
        ModelStore store = ModelStore.Open();
        (string Name, ModelScope Scope, string Folder)[] models = [.. store.Places(InstalledNames.Matching(store, name, Scope), Scope, WarnOnce)];
        if (models.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            throw new ModelNotFoundException(name, store.Where(Scope));
        }

        foreach ((string model, ModelScope scope, string folder) in models)
        {
            if (ShouldProcess(model, $"Uninstall model from {folder}"))
            {
                InstalledModel? removed = PassThru ? store.Get(other => other == model, scope, static _ => { }).FirstOrDefault() : null;
                store.Uninstall(model, scope);
                if (PassThru && removed is null)
                {
                    WriteWarning($"The model '{model}' was damaged: it is removed, and nothing can be written of it.");
                }

                WriteIfAny(removed);
            }
        }
    }
}
