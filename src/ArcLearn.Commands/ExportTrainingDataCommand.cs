using System.Management.Automation;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Cuts training chips and their labels out of rasters, in any of the metadata formats of ArcGIS, or as COCO or YOLO.</summary>
/// <remarks>
/// <para>The raster is covered with tiles from its upper-left corner on. A tile that holds labelled objects becomes an image chip with its labels;
/// one that reaches beyond the raster is filled with nodata (0 without one). Labeled_Tiles and Imagenet make a chip for each object instead, with the
/// object in the middle; StrideSize means nothing to them.</para>
/// <para>Labels are reprojected to the raster's coordinate reference system. A class field of text gives the class names, numbered from 1 in
/// ordinal order over all layers; whole numbers from 1 are kept as class values. Labels may also be a classified raster on any grid and in any
/// system: each pixel takes the class under its middle, or of most of it where the classes have the finer cells; 0 and nodata are background, and
/// regions of one class count as objects in the formats that have objects.</para>
/// <para>In formats of pixels (Classified_Tiles, RCNN_Masks, Panoptic_Segmentation) a pixel belongs to the polygon that its middle lies in. Where
/// polygons overlap, the one drawn later, which is the later one in the layer, wins. Label rasters are TIFF in the smallest unsigned type that holds
/// all class values.</para>
/// <para>The folder appears under its name only when it is complete. Until then it is called name.incomplete, and a run that was killed leaves that:
/// the same command goes on from there, to the same bytes.</para>
/// </remarks>
/// <example>
/// <code>Export-TrainingData -InputRaster scene.tif -InputClassData labels.geojson -OutputLocation chips -TileSize 224 -StrideSize 112 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class</code>
/// <para>Cuts chips of 224 by 224 pixels that overlap by half, with the boxes of the labelled objects in Pascal VOC files.</para>
/// </example>
/// <example>
/// <code>Export-TrainingData -InputRaster bands/*.tif -StackBands -InputClassData landcover.tif -OutputLocation chips -MetadataFormat Classified_Tiles</code>
/// <para>Makes one image of single-band files and labels its pixels with the classes of another raster.</para>
/// </example>
/// <example>
/// <code>Export-TrainingData -InputRaster scene.tif -InputClassData houses.gpkg -OutputLocation houses -TileSize 128 -MetadataFormat Labeled_Tiles -ClassValueField damage -CropMode BoundingBox -BlackenAroundFeature</code>
/// <para>Makes an image of each house, as large as the house and black around it.</para>
/// </example>
[Cmdlet(VerbsData.Export, "TrainingData", SupportsShouldProcess = true)]
[OutputType(typeof(TrainingDataInfo))]
public sealed class ExportTrainingDataCommand : LearnCmdlet
{
    private readonly List<string> _rasters = [];

    /// <summary>Rasters: text is a path with wildcards, a file object is taken literally. GeoTIFF, PNG, JPEG and BMP with a world file, VRT, or a
    /// folder as one mosaic.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>The labels. Polygons, or points and lines with BufferRadius: a GeoJSON file or sequence, a GeoPackage, a Shapefile, a file object, a
    /// layer that Invoke-DetectObjects wrote, or a table as postgresql://user@host/database?table=schema.table (what is left out comes from PGHOST
    /// and its like, the password from PGPASSWORD or the password file alone). Or a classified raster. Export_Tiles needs none, CycleGAN has none.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNull]
    [Alias("input_class_data")]
    public object? InputClassData { get; set; }

    /// <summary>The layer to take from a GeoPackage that holds several; left out: the first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>The folder to make.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateNotNullOrEmpty]
    [Alias("output_location")]
    public string OutputLocation { get; set; } = "";

    /// <summary>Makes one raster of all: their bands in the order given. They must cover the same cells.</summary>
    [Parameter]
    public SwitchParameter StackBands { get; set; }

    /// <summary>The file format of the chips. TIFF keeps every band and sample type; PNG and JPEG hold 8 bits in one band or three.</summary>
    [Parameter]
    [ChipFormatTransformation]
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

    /// <summary>The format of the labels. KITTI_rectangles, PASCAL_VOC_rectangles, COCO and YOLO have boxes; Classified_Tiles a class for each pixel;
    /// RCNN_Masks a mask for each object, Panoptic_Segmentation both; Labeled_Tiles and Imagenet one class for a chip, MultiLabeled_Tiles several;
    /// Export_Tiles and CycleGAN are images alone.</summary>
    [Parameter]
    [ValidateSet(
        MetadataFormats.KittiRectangles,
        MetadataFormats.PascalVocRectangles,
        MetadataFormats.ClassifiedTiles,
        MetadataFormats.RcnnMasks,
        MetadataFormats.LabeledTiles,
        MetadataFormats.MultiLabeledTiles,
        MetadataFormats.ExportTiles,
        MetadataFormats.CycleGan,
        MetadataFormats.Imagenet,
        MetadataFormats.PanopticSegmentation,
        MetadataFormats.Coco,
        MetadataFormats.Yolo)]
    [Alias("metadata_format")]
    public string MetadataFormat { get; set; } = MetadataFormats.KittiRectangles;

    /// <summary>The field with the class; without it classvalue or value, and where neither exists every label is of class 1.</summary>
    [Parameter]
    [Alias("classvalue_field")]
    public string? ClassValueField { get; set; }

    /// <summary>What points and lines are widened by to either side, in map units of the raster.</summary>
    [Parameter]
    [ValidateRange(double.Epsilon, double.MaxValue)]
    [Alias("buffer_radius")]
    public double? BufferRadius { get; set; }

    /// <summary>Polygons, as layers of any kind that InputClassData takes: only chips that lie completely within them are cut.</summary>
    [Parameter]
    [ValidateNotNull]
    [Alias("input_mask_polygons")]
    public object? InputMaskPolygons { get; set; }

    /// <summary>Degrees. Each chip is followed by others of the same place, turned by this angle each time until it has come around.</summary>
    [Parameter]
    [ValidateRange(0.0, 359.999)]
    [Alias("rotation_angle")]
    public double RotationAngle { get; set; }

    /// <summary>What the coordinates of the chips are: MapSpace (the raster's own), or pixels of the raster as ImageSpace or PixelSpace.</summary>
    [Parameter]
    [PlainSpellingTransformation]
    [Alias("reference_system")]
    public ReferenceSystem ReferenceSystem { get; set; }

    /// <summary>An object is left out of a chip that holds less than this part of its area, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("min_polygon_overlap_ratio")]
    public double MinPolygonOverlapRatio { get; set; }

    /// <summary>Labeled_Tiles and Imagenet: sets the pixels around the object to 0.</summary>
    [Parameter]
    [Alias("blacken_around_feature")]
    public SwitchParameter BlackenAroundFeature { get; set; }

    /// <summary>Labeled_Tiles and Imagenet: FixedSize makes chips of the tile size, BoundingBox of the object's bounds, at most the tile size.</summary>
    [Parameter]
    [PlainSpellingTransformation]
    [Alias("crop_mode")]
    public CropMode CropMode { get; set; }

    /// <summary>Classified_Tiles and Export_Tiles: a raster whose pixels become a second image of each chip. CycleGAN: the raster of side B, all of which is cut.</summary>
    [Parameter]
    [ValidateNotNull]
    [Alias("additional_input_raster")]
    public object? AdditionalInputRaster { get; set; }

    /// <summary>Panoptic_Segmentation: the layer of the objects that become instance masks; left out: those of InputClassData.</summary>
    [Parameter]
    [ValidateNotNull]
    [Alias("input_instance_data")]
    public object? InputInstanceData { get; set; }

    /// <summary>The field with the class in InputInstanceData.</summary>
    [Parameter]
    [Alias("instance_class_value_field")]
    public string? InstanceClassValueField { get; set; }

    /// <summary>More settings: @{ extent = xmin, ymin, xmax, ymax; cellSize = 0.5; exportAllTiles = $true; startIndex = 0 }. Chips of another cell size are resampled.
    /// An extent as @{ xmin = 9; ymin = 36; xmax = 9.1; ymax = 36.1; spatialReference = @{ wkid = 4326 } } is reprojected: its bounds in the raster's system count.</summary>
    [Parameter]
    [SettingsTransformation(typeof(ExportContextSettings))]
    public ExportContextSettings? Context { get; set; }

    /// <summary>Adds chips to a complete folder of the same format, tile size and bands. Its classes keep their values, new ones follow.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Replaces a folder that exists, and starts over where an export was ended before its time.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _rasters.AddRange(InputRaster.SelectMany(ResolveItem));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // What is named and not there has been told; to go on without it would be another export.
        if (_rasters.Count == 0
            || !TryResolveLayer(InputClassData, LayerName, out IReadOnlyList<LayerSource> labels)
            || !TryResolveLayer(InputInstanceData, null, out IReadOnlyList<LayerSource> instances)
            || !TryResolveLayer(InputMaskPolygons, null, out IReadOnlyList<LayerSource> mask)
            || !TryResolveRaster(out string? additional))
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
                    StackBands = StackBands,
                    Instances = instances.Count > 0 ? instances[0] : null,
                    InstanceClassValueField = InstanceClassValueField,
                    AdditionalRaster = additional,
                    MaskPolygons = mask,
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
                        RotationAngle = RotationAngle,
                        ReferenceSystem = ReferenceSystem,
                        BlackenAroundFeature = BlackenAroundFeature,
                        CropMode = CropMode,
                        Append = Append,
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

    private bool TryResolveRaster(out string? path)
    {
        IReadOnlyList<string> found = AdditionalInputRaster is null ? [] : ResolveItem(AdditionalInputRaster);
        path = found.Count > 0 ? found[0] : null;
        return AdditionalInputRaster is null || path is not null;
    }

    private void ShowTile(int done, int total) => ShowProgress("Exporting training chips", $"tile {done} of {total}", done, total);
}
