using System.Collections;
using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Detects objects over rasters of any size and writes them as polygons.</summary>
/// <remarks>
/// <para>The raster is searched tile by tile with overlap; objects on the seams are found once. The layer has the fields Class, Classvalue and
/// Confidence (0 to 100). It appears under its name only when it is complete.</para>
/// <para>Finished tiles are kept in a journal beside the layer (objects.gpkg.journal). A run that was killed, stopped or failed goes on where it stopped when it is
/// repeated, and ends with the same layer; a raster, model or argument that is another by then is an error that names it. -Force throws such a journal away.</para>
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
/// <code>Invoke-DetectObjects -InputRaster other.tif -Model trees -OutputName 'postgresql://gis@db.local/town?table=public.trees'</code>
/// <para>Writes a new table of a PostGIS database, in one transaction; the password comes from PGPASSWORD or the password file.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "DetectObjects", SupportsShouldProcess = true)]
[OutputType(typeof(FeatureLayerItem))]
public sealed class InvokeDetectObjectsCommand : LearnCmdlet
{
    private readonly List<string> _rasters = [];
    private ModelSource _source = null!;

    /// <summary>Rasters: text is a path with wildcards, a file object is taken literally. Each gives one layer.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>Makes one raster of all files: their bands in the order given. They must cover the same cells.</summary>
    [Parameter]
    public SwitchParameter StackBands { get; set; }

    /// <summary>A model in hand, an installed model or its name, or the path of a .emd, .dlpk or model folder.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object Model { get; set; } = null!;

    /// <summary>Settings of the model: @{ threshold = 0.4; padding = 56; nms_overlap = 0.1; batch_size = 8 }.</summary>
    [Parameter]
    [Alias("model_arguments")]
    public object? ModelArguments { get; set; }

    /// <summary>The layer; its extension names the format: .gpkg, .geojson, .geojsonl (one feature a line, on WGS 84), .shp; or a table as
    /// postgresql://user@host/database?table=schema.table. A folder (with a separator at its end) or a script block names one for each raster ($_).
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

    /// <summary>Settings of the run: @{ extent = xmin, ymin, xmax, ymax; cellSize = 0.5; outSR = 32618; snapRaster = 'grid.tif';
    /// parallelProcessingFactor = '80%'; processorType = 'CPU' }.</summary>
    [Parameter]
    public object? Context { get; set; }

    /// <summary>Polygons, as a layer of any kind that is read here (GeoJSON, GeoPackage, Shapefile, a table of PostGIS): objects count whose centre lies
    /// within them, and what they do not touch is not read.</summary>
    [Parameter]
    [ValidateNotNull]
    [Alias("input_mask_polygons")]
    public object? InputMaskPolygons { get; set; }

    /// <summary>Where a part of the raster cannot be read: Stop ends with an error that names the tile; List goes on without it, warns, and lists what is
    /// missing in the layer's BadTiles. A run that was interrupted tries them again when it is repeated.</summary>
    [Parameter]
    public BadTilePolicy OnBadTile { get; set; }

    /// <summary>The bands of the raster that the model reads, from 1, in the order in which it was trained on them; left out: its first ones.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    public int[]? Band { get; set; }

    /// <summary>Searches a raster that is not what the model was trained on: SampleType, CellSize or both. A warning tells what differs.</summary>
    [Parameter]
    [ValidateNotNull]
    public ModelMismatch[] AllowMismatch { get; set; } = [];

    /// <summary>What the network computes in: Float32, or BFloat16, about twice as fast where the processor has instructions for it. It changes the
    /// results a little: scores by about a hundredth.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <summary>Replaces a layer that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _source = new ModelSource(Model, SessionState.Path.GetUnresolvedProviderPathFromPSPath);
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
    protected override void ProcessRecord() => _rasters.AddRange(InputRaster.SelectMany(ResolveItem));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_rasters.Count == 0)
        {
            return;
        }

        Attempt(Model, () =>
        {
            InferenceContext context = InferenceContext.Parse(Table.From(Context, nameof(Context)));
            if (!TryResolveOptional(context.SnapRaster, out string? snapRaster) || !TryResolveLayer(InputMaskPolygons, null, out IReadOnlyList<LayerSource> mask))
            {
                return;
            }

            context = context with { SnapRaster = snapRaster };
            IDictionary arguments = Table.From(ModelArguments, nameof(ModelArguments));
            DetectionRequest[] requests = [.. (StackBands ? _rasters.Take(1) : _rasters).Select(raster => RequestFor(raster, arguments, context, mask))];
            if (requests.DistinctBy(request => request.Output, StringComparer.Ordinal).Count() < requests.Length)
            {
                throw new LearnArgumentException(
                    nameof(OutputName),
                    $"{_rasters.Count} rasters cannot go into one layer; give -OutputName a folder (ending in a separator) or a script block.",
                    LearnArgumentException.ParameterMix);
            }

            // Checked by the definition and asked before the weights are opened: -WhatIf needs no libtorch.
            SsdDefinition definition = _source.Describe();
            WriteVerbose(definition.Summary());
            DetectionRequest[] wanted = [.. requests.Where(request =>
                Attempt(request.Raster, () => DetectionJob.Check(request, definition, WarnOnce))
                && ShouldProcess(request.Output, $"Detect objects in {request.Raster} with {_source.Name}"))];
            if (wanted.Length > 0)
            {
                Detect(wanted, context);
            }
        });
    }

    private DetectionRequest RequestFor(string raster, IDictionary arguments, InferenceContext context, IReadOnlyList<LayerSource> mask) => new()
    {
        Raster = raster,
        Stack = StackBands ? _rasters : [],
        Output = ResolveOutput(OutputName, $"{System.IO.Path.GetFileNameWithoutExtension(raster)}_{_source.Name}.gpkg", raster, out bool isInFolder),
        MakeFolder = isInFolder,
        ModelArguments = arguments,
        Context = context,
        MaskPolygons = mask,
        OnBadTile = OnBadTile,
        Bands = Band is null ? null : [.. Band.Select(band => band - 1)],
        AllowMismatch = AllowMismatch,
        RunNms = RunNms,
        MaxOverlapRatio = MaxOverlapRatio,
        Force = Force,
        Precision = Precision,
    };

    private void Detect(DetectionRequest[] wanted, InferenceContext context)
    {
        LearnDevice device = context.ProcessorType switch { "GPU" => LearnDevice.Cuda, "CPU" => LearnDevice.Cpu, _ => LearnDevice.Auto };
        SsdEngine model = _source.Open(device, StopToken);
        try
        {
            foreach (DetectionRequest request in wanted)
            {
                Attempt(request.Raster, () => WriteObject(DetectionJob.Run(
                    request, model, at => ShowTile(request.Raster, at), WarnOnce, StopToken, inform: WriteVerbose)));
            }
        }
        finally
        {
            CompleteProgress("Detecting objects");
            if (!_source.IsInHand)
            {
                model.Dispose();
            }
        }
    }

    private void ShowTile(string raster, InferenceProgress at) => WriteProgress(
        new ProgressRecord(1, "Detecting objects", $"{System.IO.Path.GetFileName(raster)}: tile {at.Done} of {at.Tiles}, {at.Skipped} without data")
        {
            CurrentOperation = $"{at.MegapixelsPerSecond:F2} Mpx/s",
            PercentComplete = (int)(100L * at.Done / Math.Max(1, at.Tiles)),
            SecondsRemaining = (int)Math.Min(int.MaxValue, at.Remaining.TotalSeconds),
        });
}
