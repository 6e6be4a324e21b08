using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Detects objects over rasters of any size and writes them as polygons.</summary>
/// <remarks>
/// <para>The raster is searched tile by tile with overlap; objects on the seams are found once. The layer has the fields Class, Classvalue and
/// Confidence (0 to 100). It appears under its name only when it is complete.</para>
/// <para>Finished tiles are kept in a journal beside the layer (objects.gpkg.journal). A run that was killed, stopped or failed goes on where it stopped when it is
/// repeated, and ends with the same layer; a raster, model or argument that is another by then is an error that names it. -Force throws such a journal away.</para>
/// <para>-Shard splits a run over machines or jobs: each does some rows of tiles into a file of its own beside the layer (objects.gpkg.shard-2-of-5), and
/// Merge-LearnShard makes of all of them the layer that one machine would have written, byte for byte. A shard is resumed like a run; one that is done is done.</para>
/// <para>Model arguments: padding (pixels of overlap; a quarter of the chip), threshold (score from 0 to 1; 0.5), nms_overlap (0.1), batch_size,
/// test_time_augmentation (each chip is seen in its eight turns and mirrorings and what is found there is joined, score and box the mean; eight times the work).</para>
/// <para>Context: extent (xmin, ymin, xmax, ymax in the raster's coordinate reference system, or a table of them with spatialReference) searches a part, with the
/// result that the whole has there. cellSize (a number, or x, y; in map units of the run) and outSR (an EPSG code, well-known text, or a table with wkid) search
/// the raster in other cells, resampled as it is read: bilinear, over all pixels under a larger cell; nearest for classes. The layer is in outSR then. snapRaster
/// lays the cells on another raster's grid. parallelProcessingFactor is a share of the cores ("80%") or a count, processorType CPU or GPU.</para>
/// </remarks>
/// <example>
/// <code>Invoke-DetectObjects -InputRaster other.tif -Model trees -OutputName trees.gpkg -RunNms -MaxOverlapRatio 0.1 -ModelArguments @{ threshold = 0.4 }</code>
/// <para>Detects with the installed model "trees" and keeps, of objects that overlap by more than a tenth, the better one.</para>
/// </example>
/// <example>
/// <code>(1..5).ForEach({ Invoke-DetectObjects -InputRaster other.tif -Model trees -OutputName trees.gpkg -Shard "$_/5" }) | Merge-LearnShard</code>
/// <para>Does a run in five parts, as five jobs of a scheduler would each do one, and merges them.</para>
/// </example>
/// <example>
/// <code>Invoke-DetectObjects -InputRaster other.tif -Model trees -OutputName 'postgresql://gis@db.local/town?table=public.trees'</code>
/// <para>Writes a new table of a PostGIS database, in one transaction; the password comes from PGPASSWORD or the password file.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "DetectObjects", SupportsShouldProcess = true)]
[OutputType(typeof(FeatureLayerItem), typeof(LearnShard))]
public sealed class InvokeDetectObjectsCommand : OutputCmdlet
{
    /// <summary>The layer; its extension names the format: .gpkg, .geojson, .geojsonl (one feature a line, on WGS 84), .shp; or a table as
    /// postgresql://user@host/database?table=schema.table. A folder (with a separator at its end) or a script block names one for each raster ($_).
    /// Left out: (raster)_(model).gpkg in the current location.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    [Alias("output_name")]
    public object? OutputName { get; set; }

    /// <summary>Settings of the model, which Get-LearnModelInfo lists: @{ threshold = 0.4; padding = 56; nms_overlap = 0.1; batch_size = 8 }.</summary>
    [Parameter]
    [SettingsTransformation(typeof(DetectorSettings))]
    [ArgumentCompleter(typeof(ModelArgumentsCompleter))]
    [Alias("model_arguments")]
    public DetectorSettings? ModelArguments { get; set; }

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

    private protected override SettingsTable? Settings => ModelArguments;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Attempt(target: null, () => DetectionFields.CheckNames(ConfidenceScoreField, ClassValueField));
        if (!RunNms)
        {
            foreach (string given in new[] { nameof(ConfidenceScoreField), nameof(ClassValueField), nameof(MaxOverlapRatio) }.Where(MyInvocation.BoundParameters.ContainsKey))
            {
                WarnOnce($"-{given} means something with -RunNms only.");
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Rasters.Count == 0)
        {
            return;
        }

        Attempt(Model, () =>
        {
            RunRequest[] requests = Requests(raster => new DetectionRequest
            {
                Raster = raster,
                Output = ResolveOutput(OutputName, $"{System.IO.Path.GetFileNameWithoutExtension(raster)}_{Source.Name}.gpkg", raster, out bool isInFolder),
                MakeFolder = isInFolder,
                RunNms = RunNms,
                MaxOverlapRatio = MaxOverlapRatio,
                Force = Force,
                OnBadTile = OnBadTile,
            });
            RequireOutputs(requests, "layer");

            // Checked by the definition and asked before the weights are opened.
            NetworkDefinition definition = Source.DescribeAny();
            DetectionInput input = RunModels.Detector(definition, Source.Name);
            WriteVerbose(definition.Summary());
            RunAll(
                requests,
                "Detect objects",
                request => DetectionJob.Check((DetectionRequest)request, input, WarnOnce),
                device => Source.OpenDetector(device, StopToken),
                (request, model, show) => request.Shard is null
                    ? DetectionJob.Run((DetectionRequest)request, (IDetectionModel)model, show, WarnOnce, StopToken, inform: WriteVerbose)
                    : DetectionJob.RunShard((DetectionRequest)request, (IDetectionModel)model, show, WarnOnce, StopToken, inform: WriteVerbose),
                request => DetectionJob.Outline((DetectionRequest)request, input, WarnOnce));
        });
    }
}
