using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Classifies the features of a layer from imagery and writes the class into each.</summary>
/// <remarks>
/// <para>With InputRaster the chip of a feature is cut as Export-TrainingData cuts it for Labeled_Tiles: give the same tile size, crop mode, blackening and buffer as the model was
/// trained with. Chips that are smaller than the model's are enlarged, as they were in training; with CropMode BoundingBox each is, so that even a small feature fills what the network sees. With LabeledTilesDirectory it is a tile of such an export, whose class value was the field InputLabelField (such as OBJECTID), as in arcgis.learn.</para>
/// <para>The layer is a GeoPackage, Shapefile, GeoJSON or a table of PostGIS; fields that it lacks are made. Either all features are updated, or none: also where the process is killed or the
/// database goes away. What was classified is kept in a journal beside the layer (buildings.gpkg.kind.journal), and a run that was interrupted goes on with it.</para>
/// <para>Features that cannot be classified are passed over and counted, by reason: no chip, more than one chip, outside the raster, no data, empty or invalid geometry. They stay as they are.</para>
/// </remarks>
/// <example>
/// <code>Invoke-ClassifyFeatures -FeatureLayer buildings.gpkg -Model heights -InputRaster height.tif -OutputLabelField height_class -ConfidenceField confidence</code>
/// <para>Looks at each building in the raster and writes its class and how probable it is.</para>
/// </example>
/// <example>
/// <code>Invoke-ClassifyFeatures buildings.shp heights -LabeledTilesDirectory tiles -InputLabelField OBJECTID -OutputLabelField kind</code>
/// <para>From tiles that were exported with the buildings' numbers as class values.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "ClassifyFeatures", SupportsShouldProcess = true, DefaultParameterSetName = RasterSet)]
[OutputType(typeof(ClassifiedLayer))]
public sealed class InvokeClassifyFeaturesCommand : LearnCmdlet
{
    private const string RasterSet = "Raster";
    private const string TilesSet = "Tiles";

    /// <summary>The layer: a file, a layer item, or a table as postgresql://user@host/database?table=schema.table.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [Alias("feature_layer")]
    public object FeatureLayer { get; set; } = null!;

    /// <summary>A model in hand, an installed model or its name, or the path of a .emd, .dlpk, .onnx or model folder.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object Model { get; set; } = null!;

    /// <summary>The raster that chips are cut from; with StackBands several files whose bands make it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RasterSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>A folder of tiles in the format Labeled_Tiles, one for each feature.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TilesSet)]
    [ValidateNotNullOrEmpty]
    [Alias("labeled_tiles_directory")]
    public string? LabeledTilesDirectory { get; set; }

    /// <summary>The field of the layer whose values are the labels of the tiles.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TilesSet)]
    [ValidateNotNullOrEmpty]
    [Alias("input_label_field")]
    public string? InputLabelField { get; set; }

    /// <summary>The text field that takes the class's name; made where the layer lacks it.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [Alias("output_label_field")]
    public string OutputLabelField { get; set; } = "";

    /// <summary>The number field that takes the probability of the class, 0 to 1; left out: none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("confidence_field")]
    public string? ConfidenceField { get; set; }

    /// <summary>The layer of a file that holds several; left out: its first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>Makes one raster of all files: their bands in the order given.</summary>
    [Parameter(ParameterSetName = RasterSet)]
    public SwitchParameter StackBands { get; set; }

    /// <summary>Side of the chips that are cut, in pixels of the raster; left out: the model's chip size.</summary>
    [Parameter(ParameterSetName = RasterSet)]
    [ValidateRange(8, 8192)]
    public int? TileSize { get; set; }

    /// <summary>How large a chip is: FixedSize, or the BoundingBox of its feature and at most the tile size.</summary>
    [Parameter(ParameterSetName = RasterSet)]
    public CropMode CropMode { get; set; }

    /// <summary>Makes 0 what lies around the feature.</summary>
    [Parameter(ParameterSetName = RasterSet)]
    public SwitchParameter BlackenAroundFeature { get; set; }

    /// <summary>What points and lines are widened by, in map units of the raster.</summary>
    [Parameter(ParameterSetName = RasterSet)]
    [ValidateRange(0.0, double.MaxValue)]
    public double? BufferRadius { get; set; }

    /// <summary>In what the raster may differ from those that the model was trained on: SampleType, CellSize or both. A warning tells what differs.</summary>
    [Parameter(ParameterSetName = RasterSet)]
    [ValidateNotNull]
    public ModelMismatch[] AllowMismatch { get; set; } = [];

    /// <summary>Settings of the model, which Get-LearnModelInfo lists: @{ batch_size = 32 }, chips per step (a large batch costs memory); @{ test_time_augmentation = $true }: each chip is seen in its eight turns and mirrorings, and the probabilities are averaged, at eight times the work.</summary>
    [Parameter]
    [SettingsTransformation(typeof(ImageClassifierSettings))]
    [ArgumentCompleter(typeof(ModelArgumentsCompleter))]
    [Alias("model_arguments")]
    public ImageClassifierSettings? ModelArguments { get; set; }

    /// <summary>What the network computes in: Float32, or BFloat16.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <summary>Cpu, Cuda, or Auto: CUDA where torch reports a device. A model in hand stays where it is.</summary>
    [Parameter]
    public LearnDevice Device { get; set; } = LearnDevice.Auto;

    /// <summary>Throws the journal of another, interrupted run away.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? tiles = null;
        string[] rasters = [.. InputRaster.SelectMany(ResolveItem)];
        if ((ParameterSetName == RasterSet && rasters.Length == 0) || (ParameterSetName == TilesSet && !TryResolveOptional(LabeledTilesDirectory, out tiles)))
        {
            return;
        }

        ModelSource source = new(Model, SessionState.Path.GetUnresolvedProviderPathFromPSPath);
        foreach (LayerSource layer in ResolveLayer(FeatureLayer, LayerName))
        {
            Attempt(layer.Path, () =>
            {
                if (rasters.Length > 1 && !StackBands)
                {
                    throw new LearnArgumentException(
                        nameof(InputRaster), $"{rasters.Length} rasters were found; with -StackBands their bands are taken as one raster.", LearnArgumentException.ParameterMix);
                }

                ImageArguments arguments = ImageArguments.Parse(Table.From(ModelArguments, nameof(ModelArguments)));
                FeatureRequest request = new()
                {
                    Layer = layer,
                    LabelField = OutputLabelField,
                    ConfidenceField = ConfidenceField,
                    Raster = rasters.FirstOrDefault(),
                    Stack = StackBands ? rasters : [],
                    TilesFolder = tiles,
                    InputLabelField = InputLabelField,
                    TileSize = TileSize,
                    CropMode = CropMode,
                    BlackenAroundFeature = BlackenAroundFeature,
                    BufferRadius = BufferRadius,
                    AllowMismatch = AllowMismatch,
                    BatchSize = arguments.BatchSize,
                    TestTimeAugmentation = arguments.TestTimeAugmentation,
                    Precision = Precision,
                    Force = Force,
                };
                using FeatureClassification classification = FeatureClassification.Open(request, source.DescribeAny(), WarnOnce, StopToken);
                if (ShouldProcess(layer.Path, $"Classify its features with {source.Name} into {OutputLabelField}"))
                {
                    Classify(layer.Path, classification, source);
                }
            });
        }
    }

    private void Classify(string layer, FeatureClassification classification, ModelSource source)
    {
        WriteVerbose(source.DescribeAny().Summary());
        IChipModel model = source.OpenImageClassifier(Device, StopToken);
        try
        {
            WriteObject(classification.Run(
                model,
                done => WriteProgress(new ProgressRecord(1, "Classifying features", FormattableString.Invariant($"{System.IO.Path.GetFileName(layer)}: feature {done}"))),
                StopToken));
        }
        finally
        {
            CompleteProgress("Classifying features");
            if (!source.IsInHand)
            {
                model.Dispose();
            }
        }
    }
}
