using System.Management.Automation;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Draws what a model finds beside the truth.</summary>
/// <remarks>
/// <para>A row is one chip. Of a detector: on the left with the objects of its labels, on the right with the detections and their scores. Of a pixel classifier: the
/// chip as it is, with the classes of its labels, and with the classes that the model gives. Of an image classifier: five images in a row with what it takes them for. Chips are drawn by chance from the validation chips, or from all chips of
/// another bunch.</para>
/// </remarks>
/// <example>
/// <code>$model | Show-ModelResult -Rows 5 -Path results.png</code>
/// <para>Five validation chips.</para>
/// </example>
/// <example>
/// <code>$model | Show-ModelResult -Data (New-LearnDataBunch other) -DetectThreshold 0.3 -NmsOverlap 0.3 -Seed 2 -Path other.png</code>
/// <para>Chips of another bunch with weaker detections too, more of which may overlap.</para>
/// </example>
[Cmdlet(VerbsCommon.Show, "ModelResult", SupportsShouldProcess = true)]
[OutputType(typeof(PictureItem))]
public sealed class ShowModelResultCommand : PictureCmdlet
{
    /// <summary>The model whose results are drawn.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>Another bunch, from all of whose chips is chosen; its classes are matched by name.</summary>
    [Parameter]
    public LearnDataBunch? Data { get; set; }

    /// <summary>Rows of the picture: a chip each, or five images of an image classifier.</summary>
    [Parameter]
    [ValidateRange(1, 50)]
    public int Rows { get; set; } = 5;

    /// <summary>The score that a detection needs, 0 to 1; for detectors.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("thresh")]
    public double DetectThreshold { get; set; } = 0.5;

    /// <summary>Detections of one class that overlap a better one by more (intersection over union) are dropped; for detectors.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("nms_overlap")]
    public double NmsOverlap { get; set; } = 0.1;

    /// <summary>Shows the images that the model is most wrong about, the worst first; for image classifiers.</summary>
    [Parameter]
    public SwitchParameter Hardest { get; set; }

    /// <summary>The seed of the choice of chips; the data's where it is left out.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Draw($"{Model.Name}_results.png", $"Draw results of {Model.Name}", picture =>
    {
        ModelResultSheetOptions options = new() { Rows = Rows, DetectThreshold = DetectThreshold, NmsOverlap = NmsOverlap, Seed = Seed, Force = Force };
        return Model.Engine switch
        {
            ClassifierEngine classifier => ImageResultSheet.Draw(classifier, Data, picture, options, Hardest, cancel: StopToken),
            UnetEngine unet => PixelResultSheet.Draw(unet, Data, picture, options, cancel: StopToken),
            _ => ModelResultSheet.Draw(Inside.Detector(Model), Data, picture, options, cancel: StopToken),
        };
    });
}
