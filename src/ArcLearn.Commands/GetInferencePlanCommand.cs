using System.Management.Automation;
using ArcLearn.Core.Inference;

namespace ArcLearn.Commands;

/// <summary>Tells what a detection over a raster will take: tiles, memory, disk, bytes to read, time.</summary>
/// <remarks>
/// <para>Takes what Invoke-DetectObjects takes and writes nothing. The grid is known beforehand; time, disk and the share of tiles without data come from a trial of a few tiles that lie evenly over the raster.
/// Invoke-DetectObjects -WhatIf prints the same in a sentence.</para>
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
    /// <inheritdoc/>
    protected override void EndProcessing() => Attempt(Model, () =>
    {
        if (Rasters.Count > 0)
        {
            UseModel(
                Requests(raster => new DetectionRequest { Raster = raster, Output = "" }),
                device => Source.Open(device, StopToken),
                (request, model) => WriteObject(DetectionJob.Plan(request, model, WarnOnce, StopToken)));
        }
    });
}
