using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Makes a Single Shot Detector for the classes of a data bunch.</summary>
/// <remarks>
/// <para>Anchors: every cell of every grid has one for each zoom and ratio. A grid of 4 on chips of 224 pixels has cells of 56 pixels, so
/// that zoom 0.7 looks for objects of about 39 pixels. With grids, zooms and ratios all left out they are chosen from the sizes and shapes of the
/// training objects (or are the saved model's, with PretrainedPath); if any is given, the others are those of arcgis.learn: grids 4, 2, 1, zooms 0.7, 1.0, 1.3, ratios 1:1, 1:0.5, 0.5:1.</para>
/// <para>With weights for the backbone its layers are frozen, and the head is trained first. Without any, everything is trained.</para>
/// </remarks>
/// <example>
/// <code>$model = $data | New-SingleShotDetector -Backbone resnet18 -Grids 4 -Zooms 0.7, 1.0, 1.3</code>
/// <para>A detector with 4×4 cells of nine anchors each (three zooms, the three default ratios).</para>
/// </example>
/// <example>
/// <code>$data | New-SingleShotDetector -Backbone squeezenet1_1 -BackboneWeights squeezenet1_1.pth</code>
/// <para>Starts from weights that torchvision trained on ImageNet, read from its state_dict file.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "SingleShotDetector")]
[OutputType(typeof(SingleShotDetector))]
public sealed class NewSingleShotDetectorCommand : NewModelCmdlet
{
    /// <summary>Cells along a side, one entry per grid, each at most half the one before or as the feature map allows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, 128)]
    public int[]? Grids { get; set; }

    /// <summary>Anchor sizes relative to a cell.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public double[]? Zooms { get; set; }

    /// <summary>Anchor shapes, height:width: '1:1', '1:0.5', '0.5:1', or pairs.</summary>
    [Parameter]
    [AspectRatioTransformation]
    [ValidateNotNullOrEmpty]
    public AspectRatio[]? Ratios { get; set; }

    /// <summary>How the head reaches the grids, as in arcgis.learn: 1 by convolutions alone, 2 any grid. Left out: 1 for grids that are given, 2 for chosen ones.</summary>
    [Parameter]
    [ValidateRange(1, 2)]
    [Alias("ssd_version")]
    public int? SsdVersion { get; set; }

    /// <summary>The network beneath the head.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(BackboneCompleter))]
    [ValidateNotNullOrEmpty]
    public string Backbone { get; set; } = "resnet34";

    /// <summary>Dropout probability in the head, 0 to 1. arcgis.learn has 0.3, which blurs the boxes.</summary>
    [Parameter]
    [ValidateRange(0.0, 0.99)]
    [Alias("drop")]
    public double Dropout { get; set; }

    /// <summary>Where the class scores start: low, since nearly every anchor is background.</summary>
    [Parameter]
    [ValidateRange(-100.0, 100.0)]
    public double Bias { get; set; } = -4.0;

    /// <summary>
    /// What training makes small: Balanced, which places boxes better where cells are smaller than objects, or arcgis.learn's own (Reference), to which
    /// FocalLoss and LocationLossFactor belong. Left out: Balanced where the anchors are chosen by the data, Reference where they are given.
    /// </summary>
    [Parameter]
    public DetectorLoss? Loss { get; set; }

    /// <summary>Weighs easy anchors down in the reference's class loss.</summary>
    [Parameter]
    [Alias("focal_loss")]
    public SwitchParameter FocalLoss { get; set; }

    /// <summary>The share of the box loss in the reference's, strictly between 0 and 1; left out, box and class loss count alike.</summary>
    [Parameter]
    [Alias("location_loss_factor")]
    public double? LocationLossFactor { get; set; }

    private protected override ModelEngine Create(StartWeights start, int seed) => SsdEngine.Create(
        Data,
        Anchored(new SsdOptions
        {
            Backbone = Backbone,
            ChipSize = Data.ChipSize,
            Classes = Data.Classes.Count,
            Dropout = Dropout,
            Bias = Bias,
            Loss = Loss ?? (IsChosen && !FocalLoss && LocationLossFactor is null ? DetectorLoss.Balanced : DetectorLoss.Reference),
            FocalLoss = FocalLoss,
            LocationLossFactor = LocationLossFactor,
        }, start.Pretrained),
        start,
        Device,
        seed,
        WarnOnce,
        StopToken);

    private protected override string Describe(ModelEngine engine) => $"{((SsdEngine)engine).Anchors} anchors in a chip, {base.Describe(engine)}";

    /// <summary>Whether nothing is said of the anchors.</summary>
    private bool IsChosen => Grids is null && Zooms is null && Ratios is null;

    /// <summary>With what was asked for; with anchors of the engine's choice where nothing was.</summary>
    private SsdOptions Anchored(SsdOptions options, string? pretrained)
    {
        if (IsChosen)
        {
            SsdOptions chosen = SsdEngine.ChooseAnchors(Data, options, pretrained);
            return chosen with { Version = SsdVersion ?? chosen.Version };
        }

        return options with
        {
            Grids = Grids ?? options.Grids,
            Zooms = Zooms ?? options.Zooms,
            Ratios = Ratios ?? options.Ratios,
            Version = SsdVersion ?? options.Version,
        };
    }
}
