using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Tells whether a layer of detections or a classified raster is still what a run wrote, and of which raster and model.</summary>
/// <remarks>
/// <para>Every output that Invoke-DetectObjects, Invoke-ClassifyPixels or Merge-LearnShard writes carries its provenance: hashes of the raster, of the model's definition and weights and of the features, all arguments,
/// versions, counts of tiles. A GeoPackage holds it in its metadata tables, a GeoJSON as the member "provenance", a table of PostGIS as its comment; a Shapefile or a GeoJSON sequence has
/// a file (name).provenance.json beside it; a GeoTIFF has it as the item ARCLEARN_PROVENANCE of its metadata.</para>
/// <para>The features, or all pixels, are read and compared; the raster and the model are where they are given. An output that comes down the pipeline from the cmdlet that wrote it brings its raster along.</para>
/// </remarks>
/// <example>
/// <code>Test-LearnOutput -InputObject trees.gpkg -InputRaster other.tif -Model trees</code>
/// <para>Whether trees.gpkg is, unchanged, what the installed model "trees" finds in other.tif.</para>
/// </example>
/// <example>
/// <code>(Test-LearnOutput trees.gpkg).Run</code>
/// <para>All that decided the result, by name.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "LearnOutput")]
[OutputType(typeof(OutputReport))]
public sealed class TestLearnOutputCommand : LearnCmdlet
{
    private ModelSource? _source;
    private string? _fingerprint;

    /// <summary>Outputs: what Invoke-DetectObjects or Invoke-ClassifyPixels wrote, a file object, a table's address, or a path with wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("LayerPath")]
    public object[] InputObject { get; set; } = [];

    /// <summary>The layer to look at of a GeoPackage that holds several; left out: the first, or the one that the input object names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>The raster that was searched; several files with -StackBands.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("input_raster")]
    public object[]? InputRaster { get; set; }

    /// <summary>The bands of all files, in the order given, were searched as one raster.</summary>
    [Parameter]
    public SwitchParameter StackBands { get; set; }

    /// <summary>The model that searched: in hand, an installed one or its name, or the path of a .emd, .dlpk, .onnx or model folder.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object? Model { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _source = Model is null ? null : new ModelSource(Model, SessionState.Path.GetUnresolvedProviderPathFromPSPath);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string[] rasters = [.. (InputRaster ?? []).SelectMany(ResolveItem)];
        if (InputRaster is not null && rasters.Length == 0)
        {
            return;
        }

        foreach (object input in InputObject)
        {
            IReadOnlyList<string> searched = ((input as PSObject)?.BaseObject ?? input) switch
            {
                FeatureLayerItem { SourceFiles: { } files } => files,
                ImageryLayerItem { SourceFiles: { } files } => files,
                _ => [],
            };
            searched = searched.All(System.IO.Path.Exists) ? searched : [];
            IReadOnlyList<string> raster = rasters.Length > 0 ? rasters : searched;
            bool isStack = rasters.Length > 0 ? StackBands : raster.Count > 1;
            foreach (LayerSource layer in ResolveLayer(input, LayerName))
            {
                (string? first, IReadOnlyList<string> stack, Func<string>? model) = (raster.Count > 0 ? raster[0] : null, isStack ? raster : [], _source is null ? null : Fingerprint);
                Attempt(layer.Path, () => WriteObject(RasterOutputs.IsRaster(layer.Path)
                    ? OutputVerification.RunRaster(layer.Path, first, stack, model, StopToken)
                    : OutputVerification.Run(layer, first, stack, model, StopToken)));
            }
        }
    }

    /// <summary>Once for all layers: it reads all weights.</summary>
    private string Fingerprint()
    {
        if (_fingerprint is null)
        {
            IRunModel model = (IRunModel?)_source!.OpenOnnx(LearnDevice.Cpu) ?? _source.OpenAs<ModelEngine>(nameof(LearnModel), LearnDevice.Cpu, StopToken);
            try
            {
                _fingerprint = model.Fingerprint(StopToken);
            }
            finally
            {
                if (!_source.IsInHand)
                {
                    model.Dispose();
                }
            }
        }

        return _fingerprint;
    }
}
