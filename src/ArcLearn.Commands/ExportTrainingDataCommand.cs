using System.Management.Automation;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Cuts training chips and their labels out of a raster.</summary>
/// <remarks>
/// <para>The raster is covered with tiles from its upper-left corner on. A tile that holds labelled objects becomes an image chip and a label
/// file; one that reaches beyond the raster is filled with nodata (0 without one). The folder is laid out as ArcGIS lays it out and appears
/// under its name only when it is complete.</para>
/// <para>Labels are reprojected to the raster's coordinate reference system. A class field of text gives the class names, numbered from 1 in
/// ordinal order; whole numbers are kept as class values.</para>
/// </remarks>
/// <example>
/// <code>Export-TrainingData -InputRaster scene.tif -InputClassData labels.geojson -OutputLocation chips -TileSize 224 -StrideSize 112 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class</code>
/// <para>Cuts chips of 224 by 224 pixels that overlap by half, with the boxes of the labelled objects in Pascal VOC files.</para>
/// </example>
[Cmdlet(VerbsData.Export, "TrainingData", SupportsShouldProcess = true)]
[OutputType(typeof(TrainingDataInfo))]
public sealed class ExportTrainingDataCommand : LearnCmdlet
{
    private readonly List<string> _rasters = [];

    /// <summary>Rasters: text is a path with wildcards, a file object is taken literally. GeoTIFF, or PNG and JPEG with a world file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>The labels, polygons, or points and lines with BufferRadius: a GeoJSON file or sequence, a GeoPackage, a Shapefile, a file object, a
    /// layer that Invoke-DetectObjects wrote, or a table as postgresql://user@host/database?table=schema.table (what is left out comes from PGHOST
    /// and its like, the password from PGPASSWORD or the password file alone).</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    [Alias("input_class_data")]
    public object InputClassData { get; set; } = null!;

    /// <summary>The layer to take from a GeoPackage that holds several; left out: the first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>The folder to make.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateNotNullOrEmpty]
    [Alias("output_location")]
    public string OutputLocation { get; set; } = "";

    /// <summary>The file format of the chips. TIFF keeps every band and sample type; PNG and JPEG hold 8 bits in one band or three.</summary>
    [Parameter]
    [Alias("chip_format")]
    public ChipFormat ChipFormat { get; set; } = ChipFormat.TIFF;

    /// <summary>Columns and rows of a chip, in pixels: one number, two, or @{ x = 256; y = 256 }.</summary>
    [Parameter]
    [TileSizeTransformation]
    [Alias("tile_size")]
    public TileSize TileSize { get; set; } = new(256, 256);

    /// <summary>The step from one chip to the next, in pixels; the tile size where it is left out, so that chips do not overlap.</summary>
    [Parameter]
    [TileSizeTransformation]
    [Alias("stride_size")]
    public TileSize? StrideSize { get; set; }

    /// <summary>The format of the labels.</summary>
    [Parameter(Mandatory = true)]
    [ValidateSet("PASCAL_VOC_rectangles")]
    [Alias("metadata_format")]
    public string MetadataFormat { get; set; } = "";

    /// <summary>The field with the class; without it classvalue or value, and where neither exists every label is of class 1.</summary>
    [Parameter]
    [Alias("classvalue_field")]
    public string? ClassValueField { get; set; }

    /// <summary>The radius that makes a point a disc, in map units of the raster.</summary>
    [Parameter]
    [ValidateRange(double.Epsilon, double.MaxValue)]
    [Alias("buffer_radius")]
    public double? BufferRadius { get; set; }

    /// <summary>An object is left out of a chip that holds less than this part of its area, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("min_polygon_overlap_ratio")]
    public double MinPolygonOverlapRatio { get; set; }

    /// <summary>More settings: @{ extent = xmin, ymin, xmax, ymax; exportAllTiles = $true; startIndex = 0 }.</summary>
    [Parameter]
    public object? Context { get; set; }

    /// <summary>Replaces a folder that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _rasters.AddRange(InputRaster.SelectMany(ResolveItem));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<LayerSource> labels = _rasters.Count == 0 ? [] : ResolveLayer(InputClassData, LayerName);
        if (labels.Count == 0)
        {
            return;
        }

        string folder = ResolveOutput(OutputLocation);
        try
        {
            // Asked when the rasters, the labels and the folder have been looked at: -WhatIf tells of their faults too.
            Attempt(folder, () => WriteIfAny(ExportJob.Run(
                new ExportRequest
                {
                    Rasters = _rasters,
                    Labels = labels,
                    ClassValueField = ClassValueField,
                    BufferRadius = BufferRadius,
                    Settings = ExportSettings.Parse(Table.From(Context, nameof(Context))),
                    Options = new ExportOptions
                    {
                        Sources = [],
                        Classes = [],
                        OutputFolder = folder,
                        Format = ChipFormat,
                        MetadataFormat = MetadataFormat,
                        TileWidth = TileSize.Width,
                        TileHeight = TileSize.Height,
                        StrideX = StrideSize?.Width ?? 0,
                        StrideY = StrideSize?.Height ?? 0,
                        MinPolygonOverlapRatio = MinPolygonOverlapRatio,
                        Force = Force,
                    },
                },
                new ExportContext
                {
                    Progress = ShowTile,
                    Warn = WarnOnce,
                    Inform = WriteVerbose,
                    Confirm = () => ShouldProcess(
                        folder, $"Export {TileSize} training chips of {string.Join(", ", _rasters.Select(System.IO.Path.GetFileName))}"),
                },
                StopToken)));
        }
        finally
        {
            CompleteProgress("Exporting training chips");
        }
    }

    private void ShowTile(int done, int total) => ShowProgress("Exporting training chips", $"tile {done} of {total}", done, total);
}
