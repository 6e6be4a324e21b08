using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Training;

namespace ArcLearn.Commands;

/// <summary>Detects objects over rasters of any size and writes them as polygons.</summary>
/// <remarks>
/// <para>The raster is searched tile by tile with overlap; objects on the seams are found once. The layer has the fields Class, Classvalue and
/// Confidence (0 to 100). It appears under its name only when it is complete.</para>
/// <para>Model arguments: padding (pixels of overlap; a quarter of the chip), threshold (score from 0 to 1; 0.5), nms_overlap (0.1), batch_size.</para>
/// <para>Context: extent (xmin, ymin, xmax, ymax in the raster's CRS), parallelProcessingFactor ("80%" of the cores, or a count), processorType.</para>
/// </remarks>
/// <example>
/// <code>Invoke-DetectObjects -InputRaster other.tif -Model trees -OutputName trees.gpkg -RunNms -MaxOverlapRatio 0.1 -ModelArguments @{ threshold = 0.4 }</code>
/// <para>Detects with the installed model "trees" and keeps, of objects that overlap by more than a tenth, the better one.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "DetectObjects", SupportsShouldProcess = true)]
[OutputType(typeof(FeatureLayerItem))]
public sealed class InvokeDetectObjectsCommand : LearnCmdlet
{
    private readonly List<string> _rasters = [];

    /// <summary>Rasters: text is a path with wildcards, a file object is taken literally. Each gives one layer.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>A model in hand, an installed model or its name, or the path of a .emd, .dlpk or model folder.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object Model { get; set; } = null!;

    /// <summary>Settings of the model: @{ threshold = 0.4; padding = 56; nms_overlap = 0.1; batch_size = 8 }.</summary>
    [Parameter]
    [Alias("model_arguments")]
    public object? ModelArguments { get; set; }

    /// <summary>The layer: .gpkg, or .geojson. A folder (with a separator at its end) or a script block names one for each raster ($_).
    /// Left out: (raster)_(model).gpkg in the current location.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    [Alias("output_name")]
    public object? OutputName { get; set; }

    /// <summary>Runs non-maximum suppression over the whole layer, within each class and then across classes.</summary>
    [Parameter]
    [Alias("run_nms")]
    public SwitchParameter RunNms { get; set; }

    /// <summary>With RunNms: of two objects that overlap by more (intersection over union), the better one stays.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("max_overlap_ratio")]
    public double MaxOverlapRatio { get; set; }

    /// <summary>The field that RunNms ranks by.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("confidence_score_field")]
    public string ConfidenceScoreField { get; set; } = "Confidence";

    /// <summary>The field that RunNms groups by.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("class_value_field")]
    public string ClassValueField { get; set; } = "Classvalue";

    /// <summary>Settings of the run: @{ extent = xmin, ymin, xmax, ymax; parallelProcessingFactor = '80%'; processorType = 'CPU' }.</summary>
    [Parameter]
    public object? Context { get; set; }

    /// <summary>Replaces a layer that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!RunNms)
        {
            foreach (string given in new[] { nameof(ConfidenceScoreField), nameof(ClassValueField), nameof(MaxOverlapRatio) }.Where(MyInvocation.BoundParameters.ContainsKey))
            {
                WarnOnce($"-{given} means something with -RunNms only.");
            }
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _rasters.AddRange(InputRaster.SelectMany(ResolveItem));
}
