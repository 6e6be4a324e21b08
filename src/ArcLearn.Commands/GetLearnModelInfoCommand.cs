using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Tells what a model needs of a raster, whether it can be used here, and what its inference takes as arguments.</summary>
/// <remarks>
/// <para>Bands, chip size, type of samples, size of pixels and framework, as the model's definition says; neither weights nor libtorch are needed. Arguments lists each name that -ModelArguments takes, with its type,
/// default, limits and meaning. IsUsable and Problem tell whether and why not the model can be used. The method ToJson() gives all of it as JSON.</para>
/// </remarks>
/// <example>
/// <code>(Get-LearnModelInfo trees).Arguments</code>
/// <para>What -ModelArguments takes for the installed model "trees".</para>
/// </example>
/// <example>
/// <code>(Get-LearnModelInfo trees.dlpk).ToJson()</code>
/// <para>All that is known of a package, as JSON.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "LearnModelInfo")]
[OutputType(typeof(LearnModelInfo))]
public sealed class GetLearnModelInfoCommand : LearnCmdlet
{
    /// <summary>Models: in hand, installed ones or their names, definitions, or paths of a .emd, .dlpk or model folder.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object[] Model { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object model in Model)
        {
            Attempt(model, () => WriteObject(new ModelSource(model, SessionState.Path.GetUnresolvedProviderPathFromPSPath).Info()));
        }
    }
}
