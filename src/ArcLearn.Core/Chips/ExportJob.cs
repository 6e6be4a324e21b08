using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using Envelope = NetTopologySuite.Geometries.Envelope;

namespace ArcLearn.Core.Chips;

/// <summary>Opens what an export names and runs it.</summary>
internal static class ExportJob
{
    /// <exception cref="LearnDataException">What <see cref="LabelReader"/> and <see cref="TrainingDataExporter"/> refuse; ClassConflict.</exception>
    /// <returns>Null where <see cref="ExportContext.Confirm"/> declined.</returns>
    public static TrainingDataInfo? Run(ExportRequest request, ExportContext context, CancellationToken cancel)
    {
        List<IRaster> rasters = [];
        try
        {
            List<ExportSource> sources = [];
            Dictionary<int, ClassDefinition> classes = [];
            Dictionary<string, int> skipped = [];
            foreach (string path in request.Rasters)
            {
                IRaster raster = RasterFile.Open(path, context.Files);
                rasters.Add(raster);
                Coordinates.Warn(raster, context.Warn);
                context.Inform?.Invoke(RasterSummary.Describe(raster));
                PixelWindow? area = request.Settings.AreaOf(raster);
                LabelBounds bounds = BoundsOf(raster, area);
                List<LabelSet> labels = [.. request.Labels.Select((label, i) => Read(label, i, raster, bounds, request, context))];
                foreach (string note in labels.Select(l => l.Note).OfType<string>())
                {
                    context.Warn?.Invoke(note);
                }

                Join(classes, labels);

                // The same labels lie under every raster: those left out are counted once.
                if (sources.Count == 0)
                {
                    Count(skipped, labels, context.Warn);
                }

                LabelsAside aside = new();
                labels.ForEach(l => aside.Add(l.Aside));
                sources.Add(new ExportSource(raster, [.. labels.SelectMany(l => l.Objects)], area, aside));
                cancel.ThrowIfCancellationRequested();
            }

            ExportOptions options = request.Options with
            {
                Sources = sources,
                Classes = [.. classes.Values.OrderBy(c => c.Value)],
                ExportAllTiles = request.Settings.ExportAllTiles,
                StartIndex = request.Settings.StartIndex,
                SkippedLabels = skipped,
            };
            return TrainingDataExporter.Export(options, context, cancel);
        }
        finally
        {
            rasters.ForEach(r => r.Dispose());
        }
    }

    private static LabelSet Read(LayerSource label, int number, IRaster raster, LabelBounds bounds, ExportRequest request, ExportContext context)
    {
        using IVectorLayer layer = VectorLayers.Open(label.Path, label.Layer, context.Files);
        if (label.Layer is null && VectorLayers.OtherLayers(layer, context.Files) is { Count: > 0 } others)
        {
            context.Warn?.Invoke($"{label.Path} holds more layers; '{layer.Name}' is taken. -LayerName chooses another: {string.Join(", ", others)}.");
        }

        LabelSet labels = LabelReader.Read(
            layer, raster.SpatialReference, raster.IsGeoreferenced, new LabelOptions(request.ClassValueField, request.BufferRadius, number), bounds);
        if (labels.FieldHint is string hint)
        {
            context.Warn?.Invoke(hint);
        }

        string crs = layer.SpatialReference is null ? "no coordinate reference system" : $"{layer.SpatialReference}{(layer.IsCrsExplicit ? "" : " (assumed)")}";
        string field = labels.ClassField is string name ? $"classes from the field '{name}'" : "all of class 1";
        context.Inform?.Invoke(
            $"Opened {label.Path}, layer '{layer.Name}': {labels.Objects.Count + labels.Aside.Count} label(s), {crs}, {field}: {string.Join(", ", labels.Classes.Select(c => c.Name))}.");
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

    private static void Join(Dictionary<int, ClassDefinition> classes, List<LabelSet> labels)
    {
        foreach (ClassDefinition item in labels.SelectMany(l => l.Classes))
        {
            if (!classes.TryAdd(item.Value, item) && classes[item.Value].Name != item.Name)
            {
                throw new LearnDataException(
                    "ClassConflict",
                    $"Class value {item.Value} means '{classes[item.Value].Name}' in one label layer and '{item.Name}' in another. Put the labels into one layer, or number the classes alike.",
                    item.Value);
            }
        }
    }

    private static void Count(Dictionary<string, int> skipped, List<LabelSet> labels, Action<string>? warn)
    {
        foreach ((string reason, int count) in labels.SelectMany(l => l.Skipped))
        {
            skipped[reason] = skipped.GetValueOrDefault(reason) + count;
        }

        if (skipped.Count > 0)
        {
            warn?.Invoke($"{skipped.Values.Sum()} label(s) were left out: {string.Join(", ", skipped.Select(s => $"{s.Value} × {s.Key}"))}.");
        }

        if (labels.Sum(l => l.Repaired) is int repaired and > 0)
        {
            warn?.Invoke($"{repaired} label(s) had an invalid outline and were mended.");
        }
    }
}
