using System.Management.Automation;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Commands;

/// <summary>Says what the module runs on: versions, devices, processor features, and what is missing with the remedy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LearnRuntime")]
[OutputType(typeof(LearnRuntimeInfo))]
public sealed class TestLearnRuntimeCommand : LearnCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(target: null, () => WriteObject(TorchRuntime.Describe()));
}
