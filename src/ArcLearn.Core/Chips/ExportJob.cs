using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Vectors;
using Envelope = NetTopologySuite.Geometries.Envelope;

namespace ArcLearn.Core.Chips;

/// <summary>Opens what an export names and runs it.</summary>
internal sealed class ExportJob : IDisposable
{
    private readonly ExportRequest _request;
    private readonly ExportContext _context;
    private readonly CancellationToken _cancel;
    private readonly List<IRaster> _open = [];
    private readonly List<ExportSource> _sources = [];
    private readonly Dictionary<string, int> _skipped = [];
    private readonly List<(IRaster Raster, LabelBounds Bounds)> _rasters = [];
    private readonly Dictionary<(int Layer, SpatialReference? Reference, bool IsGeoreferenced), LabelSet> _read = [];
    private readonly IReadOnlyList<ClassDefinition> _known;
    private IReadOnlyList<ClassDefinition> _classes;
    private bool _isLabelled;

    private ExportJob(ExportRequest request, ExportContext context, CancellationToken cancel)
    {
        (_request, _context, _cancel) = (request, context, cancel);

        // A folder that is added to keeps the values of its classes.
        _known = request.Options.Append && OutputFolder.HoldsSomething(context.Files, request.Options.OutputFolder)
            ? ExistingExport.Read(context.Files, FirstFolder(request.Options)).Classes
            : [];
        _classes = _known;
    }

    /// <exception cref="LearnDataException">What <see cref="LabelReader"/>, <see cref="ClassRasterSurvey"/> and <see cref="TrainingDataExporter"/> refuse; ClassConflict.</exception>
    /// <exception cref="LearnArgumentException">Arguments that do not go together.</exception>
    /// <returns>Null where <see cref="ExportContext.Confirm"/> declined.</returns>
    public static TrainingDataInfo? Run(ExportRequest request, ExportContext context, CancellationToken cancel)
    {
        ExportRequestCheck.Run(request, context.Files);
        using ExportJob job = new(request, context, cancel);
        return job.Run();
    }

    public void Dispose() => _open.ForEach(raster => raster.Dispose());

    private TrainingDataInfo? Run()
    {
        IRaster? classRaster = null;
        if (_request.Labels is [LayerSource only] && LabelFiles.IsRaster(only.Path, _context.Files))
        {
            classRaster = Open(only.Path);
            if (classRaster.Bands != 1)
            {
                throw new LearnFormatException(
                    $"has {classRaster.Bands} bands, and a classified raster has one: the classes. Labels as a layer are GeoJSON, GeoPackage, Shapefile or a PostGIS table (ogr2ogr converts others).", only.Path);
            }
        }

        bool isPaired = _request.Options.MetadataFormat == MetadataFormats.CycleGan;
        IRaster? additional = _request.AdditionalRaster is string path ? Open(path) : null;
        List<PixelWindow?> areas = [];
        foreach (IRaster raster in OpenRasters())
        {
            Coordinates.Warn(raster, _context.Warn);
            _context.Inform?.Invoke(RasterSummary.Describe(raster));
            areas.Add(_request.Settings.AreaOf(raster));
            _rasters.Add((raster, BoundsOf(raster, areas[^1])));
        }

        foreach ((IRaster raster, PixelWindow? area) in _rasters.Select(r => r.Raster).Zip(areas))
        {
            _sources.Add(Label(raster, area, classRaster) with
            {
                Additional = additional is null || isPaired ? null : OnGridOf(additional, raster),
                Mask = _request.MaskPolygons.Count == 0 ? null : MaskReader.Read(_request.MaskPolygons, raster, _context.Files),
            });
            _cancel.ThrowIfCancellationRequested();
        }

        if (classRaster is not null && !_isLabelled && !_request.Settings.ExportAllTiles)
        {
            throw new LearnDataException(
                "NoLabels", $"{classRaster.Path} holds nothing but background or nodata there; exportAllTiles = true in -Context writes chips all the same.", classRaster.Path);
        }

        return TrainingDataExporter.Export(
            _request.Options with
            {
                Sources = _sources,
                OtherSources = isPaired && additional is not null ? [new ExportSource(additional, [])] : [],
                Classes = [.. _known, .. _classes.Skip(_known.Count).OrderBy(c => c.Value)],
                ExportAllTiles = _request.Settings.ExportAllTiles,
                StartIndex = _request.Settings.StartIndex,
                SkippedLabels = _skipped,
                Inputs = new Dictionary<string, string>(_request.Options.Inputs)
                {
                    ["files"] = string.Join(" | ", _request.Rasters.Select(file => ExportInputs.Describe(file, _context.Files))),
                },
            },
            _context,
            _cancel);
    }

    private static string FirstFolder(ExportOptions options) =>
        options.MetadataFormat == MetadataFormats.CycleGan ? Path.Combine(options.OutputFolder, "A") : options.OutputFolder;

    private IRaster Open(string path)
    {
        IRaster raster = RasterFile.Open(path, _context.Files);
        _open.Add(raster);
        return raster;
    }

    private IEnumerable<IRaster> OpenRasters()
    {
        if (_request.StackBands)
        {
            IRaster stack = RasterMosaic.Stack(_request.Rasters[0], _request.Rasters, _context.Files);
            _open.Add(stack);
            return [_request.Settings.InCells(stack)];
        }

        return _request.Rasters.Select(path => _request.Settings.InCells(Open(path)));
    }

    private static IRaster OnGridOf(IRaster image, IRaster raster) =>
        image.Transform == raster.Transform && (image.Width, image.Height) == (raster.Width, raster.Height)
            ? image
            : new GridRaster(image, RasterGrid.Of(raster), Resampling.Bilinear);

    private ExportSource Label(IRaster raster, PixelWindow? area, IRaster? classRaster)
    {
        if (classRaster is not null)
        {
            IReadOnlyList<ClassDefinition> found = ClassRasterSurvey.Find(
                classRaster, raster, area ?? new PixelWindow(0, 0, raster.Width, raster.Height), out bool isLabelled, _cancel);
            _isLabelled |= isLabelled;
            _classes = ClassJoin.Extend(_classes, found);
            _context.Inform?.Invoke($"Opened {classRaster.Path} as classes: {string.Join(", ", found.Select(c => c.Name))}.");
        }

        List<LabelSet> layers = classRaster is null ? [.. _request.Labels.Select((label, i) => Find(label, _request.ClassValueField, i, raster))] : [];
        LabelSet? instances = _request.Instances is LayerSource source
            ? Find(source, _request.InstanceClassValueField, _request.Labels.Count, raster)
            : null;
        List<LabelSet> all = instances is null ? layers : [.. layers, instances];
        all.ForEach(layer => Tell(layer.Note));
        (_classes, all) = ClassNumbering.Join(_classes, all);

        // The same labels lie under every raster: those left out are counted once.
        if (_sources.Count == 0)
        {
            Count(all);
        }

        List<LabelSet> drawn = all[..layers.Count];
        LabelsAside aside = new();
        drawn.ForEach(layer => aside.Add(layer.Aside));
        return new ExportSource(raster, [.. drawn.SelectMany(layer => layer.Objects)], area, aside)
        {
            ClassRaster = classRaster,
            Instances = instances is null ? null : all[^1].Objects,
        };
    }

    /// <summary>The labels of a layer on a raster. The layer is read once for all rasters of one system.</summary>
    private LabelSet Find(LayerSource label, string? field, int number, IRaster raster)
    {
        if (_rasters is [(_, LabelBounds only)])
        {
            return Read(label, field, number, raster, only);
        }

        var key = (number, raster.SpatialReference, raster.IsGeoreferenced);
        if (!_read.TryGetValue(key, out LabelSet? all))
        {
            all = Read(
                label, field, number, raster, LabelBounds.Around(_rasters.Where(r => (number, r.Raster.SpatialReference, r.Raster.IsGeoreferenced) == key).Select(r => r.Bounds)));
            _read.Add(key, all);
        }

        return all.Within(_rasters.First(r => r.Raster == raster).Bounds);
    }

    private LabelSet Read(LayerSource label, string? field, int number, IRaster raster, LabelBounds bounds)
    {
        using IVectorLayer layer = VectorLayers.Open(label.Path, label.Layer, _context.Files);
        if (label.Layer is null && VectorLayers.OtherLayers(layer, _context.Files) is { Count: > 0 } others)
        {
            Tell($"{label.Path} holds more layers; '{layer.Name}' is taken. -LayerName chooses another: {string.Join(", ", others)}.");
        }

        LabelSet labels = LabelReader.Read(
            layer, raster.SpatialReference, raster.IsGeoreferenced, new LabelOptions(field, _request.BufferRadius, number), bounds);
        Tell(labels.FieldHint);
        string crs = layer.SpatialReference is null ? "no coordinate reference system" : $"{layer.SpatialReference}{(layer.IsCrsExplicit ? "" : " (assumed)")}";
        string classes = labels.ClassField is string name ? $"classes from the field '{name}'" : "all of class 1";
        _context.Inform?.Invoke(
            $"Opened {label.Path}, layer '{layer.Name}': {labels.Objects.Count + labels.Aside.Count} label(s), {crs}, {classes}: {string.Join(", ", labels.Classes.Select(c => c.Name))}.");
        return labels;
    }

    /// <summary>A pixel to either side leaves it to the pixels to say what lies on a border.</summary>
    private static LabelBounds BoundsOf(IRaster raster, PixelWindow? area)
    {
        Envelope outer = RasterBounds.InMap(raster.Transform, new PixelWindow(-1, -1, raster.Width + 2, raster.Height + 2));
        return area is PixelWindow asked && raster.Width > 2 && raster.Height > 2
            ? new LabelBounds(
                RasterBounds.InMap(raster.Transform, new PixelWindow(asked.Column - 1, asked.Row - 1, asked.Width + 2, asked.Height + 2)),
                RasterBounds.InMap(raster.Transform, new PixelWindow(1, 1, raster.Width - 2, raster.Height - 2)),
                outer)
            : new LabelBounds(outer, new Envelope(), outer);
    }

    private void Count(List<LabelSet> labels)
    {
        foreach ((string reason, int count) in labels.SelectMany(l => l.Skipped))
        {
            _skipped[reason] = _skipped.GetValueOrDefault(reason) + count;
        }

        if (_skipped.Count > 0)
        {
            Tell($"{_skipped.Values.Sum()} label(s) were left out: {string.Join(", ", _skipped.Select(s => $"{s.Value} × {s.Key}"))}.");
        }

        if (labels.Sum(l => l.Repaired) is int repaired and > 0)
        {
            Tell($"{repaired} label(s) had an invalid outline and were mended.");
        }
    }

    private void Tell(string? message)
    {
        if (message is not null)
        {
            _context.Warn?.Invoke(message);
        }
    }
}
