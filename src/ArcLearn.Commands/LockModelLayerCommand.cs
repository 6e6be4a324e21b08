using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Freezes the backbone: only the head trains, and batch norm everywhere.</summary>
/// <example>
/// <code>$model | Lock-ModelLayer</code>
/// <para>The next training moves the weights of the head alone.</para>
/// </example>
[Cmdlet(VerbsCommon.Lock, "ModelLayer")]
[OutputType(typeof(LearnModel))]
public sealed class LockModelLayerCommand : ModelLayerCmdlet
{
    private protected override void Change() => Inside.Engine(Model).Freeze();
}
