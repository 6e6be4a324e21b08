using System.Management.Automation;
using ArcLearn.Core.Training;

namespace ArcLearn.Commands;

/// <summary>Measures the average precision of a detector, by class and in the mean.</summary>
/// <remarks>
/// <para>Measured on the validation chips, or on all chips of another bunch. Detections are matched chip by chip: one is true when it
/// overlaps an object of its class, not taken yet, by at least IouThreshold. The value is the continuous area under the precision envelope
/// (as Pascal VOC computes it since 2010), over detections of at least DetectThreshold. With several IoU thresholds there is one record for each
/// class and threshold, and the mean of the classes at each threshold.</para>
/// </remarks>
/// <example>
/// <code>$model | Measure-AveragePrecision -IouThreshold 0.5</code>
/// <para>AP50 by class, and the mean.</para>
/// </example>
/// <example>
/// <code>$model | Measure-AveragePrecision -Data (New-LearnDataBunch other) -DetectThreshold 0.02 -NmsOverlap 0.3 -IouThreshold 0.5, 0.75</code>
/// <para>All chips of another bunch, at two thresholds.</para>
/// </example>
/// <example>
/// <code>$curve = ($model | Measure-AveragePrecision -DetectThreshold 0.02 -IouThreshold 0.5 -CurvePoint)[0].Curve</code>
/// <para>Precision and recall of the first class at every score.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "AveragePrecision")]
[OutputType(typeof(AveragePrecision))]
public sealed class MeasureAveragePrecisionCommand : LearnCmdlet
{
    /// <summary>The detector.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>Another bunch, all of whose chips are measured; its classes are matched by name.</summary>
    [Parameter]
    public LearnDataBunch? Data { get; set; }

    /// <summary>The score that a detection needs to count, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("detect_thresh")]
    public double DetectThreshold { get; set; } = 0.2;

    /// <summary>The intersection over union that a match needs, 0 to 1; several give one set of results each.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(IouThresholdCompleter))]
    [Alias("iou_thresh")]
    public double[] IouThreshold { get; set; } = [0.1];

    /// <summary>Detections of one class that overlap a better one by more are dropped; the IoU threshold where it is left out.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("nms_overlap")]
    public double? NmsOverlap { get; set; }

    /// <summary>Gives each class's record the points of its curve: precision and recall at every score.</summary>
    [Parameter]
    public SwitchParameter CurvePoint { get; set; }

    /// <summary>What the network computes in: Float32, or BFloat16.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        WriteVerbose(Inside.Detector(Model).Definition.Summary());
        WriteVerbose(Data is null
            ? $"Measuring on the {Model.Data?.ValidationChips ?? 0} validation chips."
            : $"Measuring on all {Data.TrainingChips + Data.ValidationChips} chips of {string.Join(", ", Data.Path)}.");
        Inside.Detector(Model).TellPrecision(Precision, WarnOnce);
        WriteObject(
            Inside.Detector(Model).Measure(
                [.. IouThreshold.Distinct().Select(iou => new AveragePrecisionOptions(DetectThreshold, iou, NmsOverlap, CurvePoint) { Precision = Precision })],
                Data, WarnOnce, StopToken),
            enumerateCollection: true);
    });
}
