using System.Management.Automation;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Commands;

/// <summary>Says what the module runs on: versions, devices, processor features, and what is missing with the remedy.</summary>
/// <remarks>
/// <para>Loads libtorch where it was not loaded yet. What does not load is listed under Missing, with the loader's own message and what to do;
/// IsReady says whether the other cmdlets will run.</para>
/// </remarks>
/// <example>
/// <code>if (-not (Test-LearnRuntime).IsReady) { throw (Test-LearnRuntime).Missing }</code>
/// <para>Ends a runbook at its beginning, with the remedy, where libtorch does not load.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "LearnRuntime")]
[OutputType(typeof(LearnRuntimeInfo))]
public sealed class TestLearnRuntimeCommand : LearnCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(target: null, () => WriteObject(TorchRuntime.Describe()));
}
