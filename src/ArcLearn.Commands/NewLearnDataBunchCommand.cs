using System.Collections;
using System.Management.Automation;
using ArcLearn.Core.Data;

namespace ArcLearn.Commands;

/// <summary>Makes training and validation data of exported chips.</summary>
/// <remarks>
/// <para>Several folders make one bunch; their classes are joined by name. With georeferenced chips the split goes by place: no chip of the
/// validation side overlaps one of the training side; chips that cross the border are dropped and counted. Without georeference it is random.</para>
/// <para>Every format of Export-TrainingData is read, folders of images per class, COCO and YOLO. What the labels hold decides which models learn from them: boxes (and
/// masks of objects) a detector, masks a pixel classifier, classes of images a feature classifier. Export_Tiles, CycleGAN and Panoptic_Segmentation can be shown only.</para>
/// <para>Bands may be any number of any sample type. Samples of other types than 8 or 16 bits without a sign are scaled by the statistics of the training chips. Nodata becomes the mean of its band; in 8 bits, where dark or bright pixels have its value too, it stays.
/// These statistics are computed, not taken from the export: its own cover the chips to validate on, too.</para>
/// <para>The reference's collate_fn has no meaning outside Python and has no parameter here: batches are put together by the loader.</para>
/// </remarks>
/// <example>
/// <code>$data = New-LearnDataBunch -Path chips -ChipSize 224 -BatchSize 8 -ValidationFraction 0.2 -Seed 7</code>
/// <para>Keeps about a fifth of the chips for validation, apart in space.</para>
/// </example>
/// <example>
/// <code>New-LearnDataBunch -Path scenes -DatasetType Imagenet -ChipSize 224 -BatchSize 32 -Stratified</code>
/// <para>A folder of images for each class; a tenth of every class is kept for validation.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "LearnDataBunch", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LearnDataBunch))]
public sealed class NewLearnDataBunchCommand : PathCmdlet
{
    private readonly List<string> _folders = [];

    /// <summary>Renames and selects classes: class value or name to name. Classes that it does not list are left out.</summary>
    [Parameter]
    [Alias("class_mapping")]
    public IDictionary? ClassMapping { get; set; }

    /// <summary>Classes, by name or value, whose pixels no loss counts. Objects and images of theirs are left out. (A class that ClassMapping leaves out is background.)</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("ignore_classes")]
    public string[] IgnoreClass { get; set; } = [];

    /// <summary>Brings the shorter side of every chip to so many pixels before anything is cut of it; boxes and masks go along.</summary>
    [Parameter]
    [ValidateRange(16, 4096)]
    [Alias("resize_to")]
    public int? ResizeTo { get; set; }

    /// <summary>Side of the square that goes into the model, in pixels; 224, or the chips' size where that is smaller.</summary>
    [Parameter]
    [ValidateRange(16, 4096)]
    [Alias("chip_size")]
    public int? ChipSize { get; set; }

    /// <summary>Chips per step; 64, or all training chips where there are fewer. A UnetClassifier cuts batches of few chips into smaller steps (ChipsPerStep of New-UnetClassifier).</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    [Alias("batch_size")]
    public int? BatchSize { get; set; }

    /// <summary>The part of the chips to validate on, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("val_split_pct", "ValSplitPct")]
    public double ValidationFraction { get; set; } = 0.1;

    /// <summary>The seed of the split and of all augmentation: the same seed gives the same batches.</summary>
    [Parameter]
    public int Seed { get; set; } = 42;

    /// <summary>Spatial, Random, or Auto: spatial where the chips have a georeference.</summary>
    [Parameter]
    public DataSplit Split { get; set; } = DataSplit.Auto;

    /// <summary>Deals the chips out so that both sides have their share of every class, at random in place. Goes with Split Random or Auto.</summary>
    [Parameter]
    [Alias("stratify")]
    public SwitchParameter Stratified { get; set; }

    /// <summary>Leaves out images and labels that are damaged, with a warning that names them; every image is decoded once for that. Otherwise damage is an error.</summary>
    [Parameter]
    public SwitchParameter SkipDamaged { get; set; }

    /// <summary>The format of the labels; left out, what the folder says, or what its files can only be.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MetadataFormatCompleter))]
    [ValidateNotNullOrEmpty]
    [Alias("dataset_type")]
    public string? DatasetType { get; set; }

    /// <summary>How samples are scaled: ImageNet (8-bit chips of three bands), Dataset, or Auto, which takes ImageNet where it fits.</summary>
    [Parameter]
    public NormalizationKind Normalization { get; set; } = NormalizationKind.Auto;

    /// <summary>
    /// The random changes that training chips go through, as New-LearnTransform makes them. Left out: its defaults, but without changes of brightness and contrast for masks over
    /// anything but photographs (three bands of 8 bits), where the class of a pixel is told by its spectrum.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    [Alias("Transforms")]
    public LearnTransform? Transform { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _folders.AddRange(ResolvePaths());

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_folders.Count == 0)
        {
            return;
        }

        Attempt(_folders[0], () => WriteObject(new LearnDataBunch(DataBunchBuilder.Build(
            new DataBunchOptions
            {
                Paths = _folders,
                ClassMapping = Mapping(),
                ChipSize = ChipSize,
                BatchSize = BatchSize,
                ValidationFraction = ValidationFraction,
                Seed = Seed,
                Split = Split,
                IsStratified = Stratified,
                IgnoredClasses = IgnoreClass,
                ResizeTo = ResizeTo,
                SkipDamaged = SkipDamaged,
                DatasetType = DatasetType,
                Normalization = Normalization,
                Transform = Transform,
                Warn = WarnOnce,
                Inform = WriteVerbose,
            },
            StopToken))));
    }

    private Dictionary<string, string>? Mapping() => ClassMapping?.Cast<DictionaryEntry>().ToDictionary(
        entry => LanguagePrimitives.ConvertTo<string>(entry.Key), entry => LanguagePrimitives.ConvertTo<string>(entry.Value));
}
