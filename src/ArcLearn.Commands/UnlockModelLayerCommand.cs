using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Lets the backbone's layers train along with the head, for fine-tuning.</summary>
/// <example>
/// <code>$model | Unlock-ModelLayer</code>
/// <para>The next training moves all weights; take a lower rate for the first layers, such as 1e-5, 1e-4.</para>
/// </example>
[Cmdlet(VerbsCommon.Unlock, "ModelLayer")]
[OutputType(typeof(LearnModel))]
public sealed class UnlockModelLayerCommand : ModelLayerCmdlet
{
    private protected override void Change() => Inside.Engine(Model).Unfreeze();
}
