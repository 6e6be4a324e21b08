using System.Management.Automation;
using ArcLearn.Core.Diagnosis;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Looks at training data, or at the rasters and labels they are to be made of, and says what will go wrong and what to do about it.</summary>
/// <remarks>
/// <para>Each finding is an object with a severity and a remedy; sound data give none. Nothing is written. Of a folder every image and label is read once; several folders
/// are also compared with each other. Before an export the headers of the rasters and all labels are read; of a classified raster, what lies under them.</para>
/// </remarks>
/// <example>
/// <code>Test-TrainingData -InputRaster scene.tif -InputClassData labels.geojson -ClassValueField kind -TileSize 256 -StrideSize 128</code>
/// <para>Before an export: reference systems, labels outside the raster, classes, bit depth, how the raster is stored.</para>
/// </example>
/// <example>
/// <code>Test-TrainingData -InputRaster bands/*.tif -StackBands -InputClassData landcover.tif -TileSize 64</code>
/// <para>The same for files of single bands and a classified raster: how many pixels each class has.</para>
/// </example>
/// <example>
/// <code>(Test-TrainingData -Path chips, more).Where({ $_.Severity -eq 'Error' })</code>
/// <para>Before a training: what makes these folders unfit for one, each and together.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "TrainingData", DefaultParameterSetName = PathSet)]
[OutputType(typeof(TrainingDataFinding))]
public sealed class TestTrainingDataCommand : PathCmdlet
{
    private const string ExportSet = "Export";
    private readonly List<string> _folders = [];

    /// <summary>Rasters that chips are to be cut from.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExportSet)]
    [ValidateNotNullOrEmpty]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>Labels: GeoJSON, GeoPackage, Shapefile or a PostGIS table; or a classified raster.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExportSet)]
    [ValidateNotNull]
    [Alias("input_class_data")]
    public object InputClassData { get; set; } = null!;

    /// <summary>The layer to take from a GeoPackage that holds several; left out: the first.</summary>
    [Parameter(ParameterSetName = ExportSet)]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>Looks at all rasters as the bands of one.</summary>
    [Parameter(ParameterSetName = ExportSet)]
    public SwitchParameter StackBands { get; set; }

    /// <summary>The field with the class, as Export-TrainingData takes it.</summary>
    [Parameter(ParameterSetName = ExportSet)]
    [Alias("classvalue_field")]
    public string? ClassValueField { get; set; }

    /// <summary>The radius that makes a point a disc, in map units of the raster.</summary>
    [Parameter(ParameterSetName = ExportSet)]
    [ValidateRange(double.Epsilon, double.MaxValue)]
    [Alias("buffer_radius")]
    public double? BufferRadius { get; set; }

    /// <summary>Columns and rows of a chip, in pixels.</summary>
    [Parameter(ParameterSetName = ExportSet)]
    [TileSizeTransformation]
    [Alias("tile_size")]
    public TileSize TileSize { get; set; } = new(256, 256);

    /// <summary>The step from one chip to the next; the tile size where it is left out.</summary>
    [Parameter(ParameterSetName = ExportSet)]
    [TileSizeTransformation]
    [Alias("stride_size")]
    public TileSize? StrideSize { get; set; }

    /// <summary>The format of the folders' labels, where they do not say it themselves.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ArgumentCompleter(typeof(MetadataFormatCompleter))]
    [Alias("dataset_type")]
    public string? DatasetType { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != ExportSet)
        {
            _folders.AddRange(ResolvePaths());
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_folders.Count > 0)
        {
            Attempt(_folders[0], () => WriteObject(FolderDiagnosis.Run(_folders, DatasetType, cancel: StopToken), enumerateCollection: true));
        }
        else if (ParameterSetName == ExportSet)
        {
            string[] rasters = [.. InputRaster.SelectMany(ResolveItem)];
            IReadOnlyList<LayerSource> labels = rasters.Length == 0 ? [] : ResolveLayer(InputClassData, LayerName);
            if (labels.Count > 0)
            {
                Attempt(rasters[0], () => WriteObject(
                    ExportDiagnosis.Run(new ExportPlan(rasters, labels, TileSize, StrideSize)
                    {
                        ClassValueField = ClassValueField,
                        BufferRadius = BufferRadius,
                        IsStack = StackBands,
                    }, cancel: StopToken),
                    enumerateCollection: true));
            }
        }
    }
}
