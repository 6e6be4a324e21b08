using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Tells what a detection or classification over a raster will take: tiles, memory, disk, bytes to read, time.</summary>
/// <remarks>
/// <para>Takes what Invoke-DetectObjects or, for a pixel classifier, Invoke-ClassifyPixels takes and writes nothing. The grid is known beforehand; time, disk and the share of tiles without data come from a trial of a few tiles that lie evenly over the raster.
/// Their -WhatIf prints what can be told without a trial, in a sentence.</para>
/// </remarks>
/// <example>
/// <code>(Get-InferencePlan -InputRaster city.tif -Model trees -MemoryLimit 4GB).Duration</code>
/// <para>How long a run that may take four gigabytes will be at work.</para>
/// </example>
/// <example>
/// <code>Get-InferencePlan -InputRaster *.tif -Model trees -Context @{ cellSize = 0.5 }</code>
/// <para>All rasters of a folder, searched in cells of half a metre.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "InferencePlan")]
[OutputType(typeof(InferencePlan))]
public sealed class GetInferencePlanCommand : InferenceCmdlet
{
    /// <summary>Settings of the model, which Get-LearnModelInfo lists: @{ padding = 56; batch_size = 8 }.</summary>
    [Parameter]
    [SettingsTransformation(typeof(InferenceSettings))]
    [ArgumentCompleter(typeof(ModelArgumentsCompleter))]
    [Alias("model_arguments")]
    public InferenceSettings? ModelArguments { get; set; }

    /// <summary>What a pixel becomes that several tiles see, as Invoke-ClassifyPixels takes it.</summary>
    [Parameter]
    [Alias("merge_policy")]
    public MergePolicy MergePolicy { get; set; }

    /// <summary>Reckons with a file of probabilities, as Invoke-ClassifyPixels writes it.</summary>
    [Parameter]
    public SwitchParameter Probabilities { get; set; }

    private protected override SettingsTable? Settings => ModelArguments;

    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(Model, () =>
    {
        if (Rasters.Count == 0)
        {
            return;
        }

        if (Source.DescribeAny() is UnetDefinition or OnnxDefinition { Task: OnnxTask.Pixels })
        {
            UseModel(
                Requests(raster => new PixelRequest { Raster = raster, Output = "", Merge = MergePolicy, HasProbabilities = Probabilities }),
                device => Source.OpenPixelClassifier(device, StopToken),
                (request, model) => WriteObject(PixelJob.Plan((PixelRequest)request, (IPixelModel)model, WarnOnce, StopToken)));
            return;
        }

        foreach (string given in new[] { nameof(MergePolicy), nameof(Probabilities) }.Where(MyInvocation.BoundParameters.ContainsKey))
        {
            WarnOnce($"-{given} means something for pixel classifiers only.");
        }

        UseModel(
            Requests(raster => new DetectionRequest { Raster = raster, Output = "" }),
            device => Source.OpenDetector(device, StopToken),
            (request, model) => WriteObject(DetectionJob.Plan((DetectionRequest)request, (IDetectionModel)model, WarnOnce, StopToken)));
    });
}
