using System.Management.Automation;
using ArcLearn.Core.Inference;

namespace ArcLearn.Commands;

/// <summary>Makes of the shards of a run the layer or raster that the whole run would have written.</summary>
/// <remarks>
/// <para>Shards are what Invoke-DetectObjects or Invoke-ClassifyPixels with -Shard wrote: all of a run are needed, in any order, from any number of machines. Neither the raster nor the model is. The output is,
/// byte for byte, the one of a run on one machine. Shards of different runs, unfinished or missing ones are errors that name them.</para>
/// <para>Machines whose processors have other instructions, or other versions of the module, may round differently; their shards are refused unless -AllowMixedRuntime is given.</para>
/// <para>The shards stay; -RemoveShard deletes them once the output is written.</para>
/// </remarks>
/// <example>
/// <code>Merge-LearnShard -Path trees.gpkg.shard-*</code>
/// <para>Writes trees.gpkg from its shards, however many they are.</para>
/// </example>
/// <example>
/// <code>Merge-LearnShard -Path results/*.shard-* -OutputName merged/ -RemoveShard</code>
/// <para>The shards of several runs: each run becomes one output in the folder.</para>
/// </example>
[Cmdlet(VerbsData.Merge, "LearnShard", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(FeatureLayerItem), typeof(ImageryLayerItem))]
public sealed class MergeLearnShardCommand : PathCmdlet
{
    private readonly List<string> _shards = [];

    /// <summary>The output, as Invoke-DetectObjects or Invoke-ClassifyPixels takes it. Left out: the one that the run named, in the shards' folder.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [Alias("output_name")]
    public object? OutputName { get; set; }

    /// <summary>Merges shards of machines whose processors or versions of the module differ. Scores may then differ in their last digits from those of one machine.</summary>
    [Parameter]
    public SwitchParameter AllowMixedRuntime { get; set; }

    /// <summary>Deletes the shards when the output is written.</summary>
    [Parameter]
    public SwitchParameter RemoveShard { get; set; }

    /// <summary>Replaces an output that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _shards.AddRange(ResolvePaths().Where(RunOutput.IsShard));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IGrouping<string, string>[] runs = [.. RunOutput.GroupShards(_shards.Distinct(StringComparer.Ordinal))];
        HashSet<string> outputs = new(StringComparer.Ordinal);
        foreach (IGrouping<string, string> run in runs)
        {
            Attempt(run.Key, () => Merge(run.Key, [.. run], outputs));
        }
    }

    private void Merge(string run, string[] shards, HashSet<string> outputs)
    {
        bool isInFolder = false;
        ShardMergeRequest request = new()
        {
            Shards = shards,
            Output = OutputName is null ? null : ResolveOutput(OutputName, System.IO.Path.GetFileName(run), run, out isInFolder),
            MakeFolder = isInFolder,
            Force = Force,
            AllowMixedRuntime = AllowMixedRuntime,
        };
        string output = ShardMerge.Check(request);
        if (!outputs.Add(output))
        {
            throw new LearnArgumentException(
                nameof(OutputName), $"The shards of several runs cannot go into one output, {output}; give -OutputName a folder (ending in a separator) or a script block.", LearnArgumentException.ParameterMix);
        }

        if (ShouldProcess(output, $"Merge {shards.Length} shard(s)"))
        {
            WriteObject(ShardMerge.Run(request, WarnOnce, StopToken));
            if (RemoveShard)
            {
                Array.ForEach(shards, RunOutput.RemoveShard);
            }
        }
    }
}
