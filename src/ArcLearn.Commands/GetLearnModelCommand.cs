using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Lists the models in the store.</summary>
/// <example>
/// <code>Get-LearnModel tr*</code>
/// <para>The installed models whose names begin with "tr".</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "LearnModel")]
[OutputType(typeof(InstalledModel))]
public sealed class GetLearnModelCommand : LearnCmdlet
{
    /// <summary>Names; wildcards are allowed. Left out: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>One store alone; left out: the user's, then the machine's.</summary>
    [Parameter]
    public ModelScope? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            Attempt(name, () =>
            {
                ModelStore store = ModelStore.Open();
                bool found = false;
                foreach (InstalledModel model in store.Get(InstalledNames.Matching(store, name, Scope), Scope, WarnOnce))
                {
                    found = true;
                    WriteObject(model);
                }

                if (!found && !WildcardPattern.ContainsWildcardCharacters(name))
                {
                    throw new ModelNotFoundException(name, store.Where(Scope));
                }
            });
        }
    }
}
