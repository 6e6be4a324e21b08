using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Gives each pixel of rasters of any size a class and writes the map as a cloud-optimised GeoTIFF.</summary>
/// <remarks>
/// <para>The raster is classified tile by tile with overlap; a pixel belongs to the tile in whose middle it lies. The map holds class values in the smallest unsigned type that has room for
/// them and for nodata, with a colour table, overviews, and a table of values (.tif.aux.xml) that names the classes: QGIS and ArcGIS open it coloured. Background is 0. What has no data in the raster, or
/// lies outside extent and mask, is nodata. The map appears under its name only when it is complete; the object that is returned tells the pixels and the area of each class.</para>
/// <para>Finished tiles are kept in a journal beside the map (landcover.tif.journal). A run that was killed, stopped or failed goes on where it stopped when it is
/// repeated, and ends with the same bytes; a raster, model or argument that is another by then is an error that names it. -Force throws such a journal away. A map that -Force replaces takes its probabilities along.</para>
/// <para>-Shard splits a run over machines or jobs, and Merge-LearnShard makes of all parts the map that one machine would have written, byte for byte.</para>
/// <para>Model arguments: padding (pixels of overlap; a quarter of the tile), batch_size, tile_size (pixels, a multiple of 32; the model's chip), predict_background (false gives each pixel the best
/// of the classes, as does a model that never learnt what is background), test_time_augmentation (each tile is seen in its eight turns and mirrorings, and the probabilities are averaged; eight times the work).</para>
/// <para>Context: extent (xmin, ymin, xmax, ymax in the raster's coordinate reference system, or a table of them with spatialReference), grown to whole cells, classifies a part, with the
/// result that the whole has there. cellSize and outSR classify the raster in other cells, resampled as it is read, and the map has those. snapRaster lays the cells on another raster's
/// grid. parallelProcessingFactor is a share of the cores ("80%") or a count, processorType CPU or GPU.</para>
/// </remarks>
/// <example>
/// <code>Invoke-ClassifyPixels -InputRaster landsat.tif -Model landcover -OutputName landcover.tif | Show-LearnOutput -Path landcover.png</code>
/// <para>Classifies with the installed model "landcover" and draws the map with its legend.</para>
/// </example>
/// <example>
/// <code>(Invoke-ClassifyPixels landsat.tif landcover landcover.tif -MergePolicy Mean -Probabilities).Classes</code>
/// <para>Averages where tiles overlap, writes landcover_probabilities.tif with the percents of each class, and lists pixels and square metres by class.</para>
/// </example>
/// <example>
/// <code>(1..5).ForEach({ Invoke-ClassifyPixels landsat.tif landcover landcover.tif -Shard "$_/5" }) | Merge-LearnShard</code>
/// <para>Does a run in five parts, as five jobs of a scheduler would each do one, and merges them.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "ClassifyPixels", SupportsShouldProcess = true)]
[OutputType(typeof(ImageryLayerItem), typeof(LearnShard))]
public sealed class InvokeClassifyPixelsCommand : OutputCmdlet
{
    /// <summary>The map, a .tif. A folder (with a separator at its end) or a script block names one for each raster ($_).
    /// Left out: (raster)_(model).tif in the current location.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    [Alias("output_name")]
    public object? OutputName { get; set; }

    /// <summary>Settings of the model, which Get-LearnModelInfo lists: @{ padding = 56; batch_size = 8; tile_size = 512; predict_background = $false }.</summary>
    [Parameter]
    [SettingsTransformation(typeof(PixelClassifierSettings))]
    [ArgumentCompleter(typeof(ModelArgumentsCompleter))]
    [Alias("model_arguments")]
    public PixelClassifierSettings? ModelArguments { get; set; }

    /// <summary>What a pixel becomes that several tiles see: None takes the tile that owns it; Mean the class of the greatest mean probability over all tiles that see it, which
    /// holds the scores of some rows of tiles in memory.</summary>
    [Parameter]
    [Alias("merge_policy")]
    public MergePolicy MergePolicy { get; set; }

    /// <summary>Writes (map)_probabilities.tif, too: one band for each class, background first, in whole percent.</summary>
    [Parameter]
    public SwitchParameter Probabilities { get; set; }

    private protected override SettingsTable? Settings => ModelArguments;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Rasters.Count == 0)
        {
            return;
        }

        Attempt(Model, () =>
        {
            RunRequest[] requests = Requests(raster => new PixelRequest
            {
                Raster = raster,
                Output = ResolveOutput(OutputName, $"{System.IO.Path.GetFileNameWithoutExtension(raster)}_{Source.Name}.tif", raster, out bool isInFolder),
                MakeFolder = isInFolder,
                Merge = MergePolicy,
                HasProbabilities = Probabilities,
                Force = Force,
                OnBadTile = OnBadTile,
            });
            RequireOutputs(requests, "map");

            // Checked by the definition and asked before the weights are opened.
            NetworkDefinition definition = Source.DescribeAny();
            PixelInput input = RunModels.PixelClassifier(definition, Source.Name);
            WriteVerbose(definition.Summary());
            RunAll(
                requests,
                "Classify pixels",
                request => PixelJob.Check((PixelRequest)request, input, WarnOnce),
                device => Source.OpenPixelClassifier(device, StopToken),
                (request, model, show) => request.Shard is null
                    ? PixelJob.Run((PixelRequest)request, (IPixelModel)model, show, WarnOnce, StopToken, inform: WriteVerbose)
                    : PixelJob.RunShard((PixelRequest)request, (IPixelModel)model, show, WarnOnce, StopToken, inform: WriteVerbose),
                request => PixelJob.Outline((PixelRequest)request, input, WarnOnce));
        });
    }
}
