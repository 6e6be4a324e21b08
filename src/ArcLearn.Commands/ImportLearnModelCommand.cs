using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Opens a saved model, to go on training it with data or to use it without.</summary>
/// <example>
/// <code>$model = Import-LearnModel -Path models/trees/trees.emd</code>
/// <para>For inference only.</para>
/// </example>
/// <example>
/// <code>$model = Import-LearnModel -Path trees.dlpk -Data $data</code>
/// <para>With data, whose classes must be the model's: it can be trained and measured.</para>
/// </example>
[Cmdlet(VerbsData.Import, "LearnModel", DefaultParameterSetName = PathSet)]
[OutputType(typeof(SingleShotDetector))]
public sealed class ImportLearnModelCommand : PathCmdlet
{
    /// <summary>Data to train on and to measure with.</summary>
    [Parameter]
    public LearnDataBunch? Data { get; set; }

    /// <summary>Cpu, Cuda, or Auto: CUDA where torch reports a device.</summary>
    [Parameter]
    public LearnDevice Device { get; set; } = LearnDevice.Auto;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ResolvePaths())
        {
            Attempt(path, () => WriteObject(new SingleShotDetector(
                SsdEngine.Open(path, Data, Device, StopToken))));
        }
    }
}
