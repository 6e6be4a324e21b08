using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Tells what a model needs of a raster, whether it can be used here, and what its inference takes as arguments.</summary>
/// <remarks>
/// <para>Bands, chip size, type of samples, size of pixels and framework, as the model's definition says; libtorch is not needed. Arguments lists each name that -ModelArguments takes, with its type,
/// default, limits and meaning. IsUsable tells whether the model can be used here, and Reason why not: a framework that is not run here, a definition that lacks something, weights that are missing, unreadable,
/// damaged or altered. The weights are read for that; whether they are those of the network is found out when the model is opened. The method ToJson() gives all of it as JSON.</para>
/// </remarks>
/// <example>
/// <code>(Get-LearnModelInfo trees).Arguments</code>
/// <para>What -ModelArguments takes for the installed model "trees".</para>
/// </example>
/// <example>
/// <code>(Get-LearnModelInfo trees.dlpk).ToJson()</code>
/// <para>All that is known of a package, as JSON.</para>
/// </example>
/// <example>
/// <code>(Get-LearnModelInfo *).Where({ -not $_.IsUsable })</code>
/// <para>The installed models that cannot be used, each with the reason.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "LearnModelInfo")]
[OutputType(typeof(LearnModelInfo))]
public sealed class GetLearnModelInfoCommand : LearnCmdlet
{
    /// <summary>Models: in hand, installed ones or their names, definitions, or paths of a .emd, .dlpk, .onnx or model folder; wildcards in names and paths are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object[] Model { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object model in Model.SelectMany(Expand))
        {
            Attempt(model, () => WriteObject(new ModelSource(model, SessionState.Path.GetUnresolvedProviderPathFromPSPath).Info(StopToken)));
        }
    }

    /// <summary>The models that a pattern means; anything else stands for itself.</summary>
    private IEnumerable<object> Expand(object model)
    {
        if ((model is PSObject wrapped ? wrapped.BaseObject : model) is not string pattern || !WildcardPattern.ContainsWildcardCharacters(pattern))
        {
            return [model];
        }

        if (ModelStore.IsPath(pattern))
        {
            // Brackets are in names of files, too.
            return InvokeProvider.Item.Exists(pattern, force: true, literalPath: true) ? [model] : ResolveExisting(pattern, literal: false);
        }

        ModelStore store = ModelStore.Open();
        return store.Places(InstalledNames.Matching(store, pattern, null), null, WarnOnce).Select(place => place.Name).Distinct(StringComparer.OrdinalIgnoreCase);
    }
}
