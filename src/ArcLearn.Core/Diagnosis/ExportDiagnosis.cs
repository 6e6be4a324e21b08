using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Diagnosis;

/// <summary>What an export is to be made of.</summary>
internal sealed record ExportPlan(IReadOnlyList<string> Rasters, IReadOnlyList<LayerSource> Labels, TileSize Tile, TileSize? Stride)
{
    public string? ClassValueField { get; init; }

    public double? BufferRadius { get; init; }
}

/// <summary>What can be said of rasters and labels before an export; layers are read once for each raster, of rasters only the headers.</summary>
internal static class ExportDiagnosis
{
    private const double TinyObject = 8;                    // pixels a side: a detector's finest grids see less of them

    public static IReadOnlyList<TrainingDataFinding> Run(ExportPlan plan, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        Findings findings = new();
        Dictionary<string, long> classes = new(StringComparer.Ordinal);
        HashSet<string> named = new(StringComparer.Ordinal);
        IRaster? first = null;
        try
        {
            foreach (string path in plan.Rasters)
            {
                cancel.ThrowIfCancellationRequested();
                IRaster? raster = null;
                findings.Try(path, "Give a raster that Get-LearnRaster describes.", () => raster = RasterFile.Open(path, files));
                if (raster is null)
                {
                    continue;
                }

                using IRaster? used = first is null ? null : raster;
                first ??= raster;
                Check(raster, first, plan, files, findings);
                foreach (LayerSource label in plan.Labels)
                {
                    cancel.ThrowIfCancellationRequested();
                    Check(raster, label, plan, files, findings, classes, named);
                }
            }
        }
        finally
        {
            first?.Dispose();
        }

        if (named.Count > 0)
        {
            findings.AddClasses(plan.Labels[0].Path, [.. named.Order(StringComparer.Ordinal).Select(name => (name, classes.GetValueOrDefault(name)))], "labels on the rasters");
        }

        return findings.Ordered;
    }

    private static void Check(IRaster raster, IRaster first, ExportPlan plan, IFileSystem files, Findings findings)
    {
        if (!raster.SampleType.IsChipType())
        {
            findings.Try(raster.Path, "Convert the raster, with one fixed scale for training and use alike.", () => throw ChipSamples.Refuse(raster));
        }
        else if (raster.SampleType == SampleType.UInt16)
        {
            findings.Add(
                FindingSeverity.Information, "BitDepth", raster.Path, "The raster has 16 bits: chips keep them as TIFF, not as PNG or JPEG.", "Use -ChipFormat TIFF.");
        }

        if (raster.Bands != first.Bands || raster.SampleType != first.SampleType)
        {
            findings.Add(
                FindingSeverity.Error, "MixedRasters", raster.Path, $"The raster has {raster.Bands} band(s) of {raster.SampleType}, {first.Path} has {first.Bands} of {first.SampleType}.", "Export them into two folders.");
        }

        foreach (string slow in RasterDescription.Describe(raster.Path, files).Slow)
        {
            // A reason, then what helps.
            int end = slow.IndexOf(". ", StringComparison.Ordinal) + 1;
            findings.Add(FindingSeverity.Warning, "SlowRaster", raster.Path, end > 0 ? slow[..end] : slow, end > 0 ? slow[(end + 1)..] : "Tile it with gdal_translate -co TILED=YES.");
        }

        if (raster.SpatialReference is null)
        {
            findings.Add(
                FindingSeverity.Warning, "NoReferenceSystem", raster.Path,
                $"The raster has {(raster.IsGeoreferenced ? "a place but no coordinate reference system" : "no georeference: its labels and chips have pixels for coordinates")}.",
                raster.IsGeoreferenced ? "Give it one with gdal_edit.py -a_srs EPSG:…" : "Georeference it, or label in pixels (x = column, y = −row).");
        }

        if (plan.Tile.Width > raster.Width || plan.Tile.Height > raster.Height)
        {
            findings.Add(
                FindingSeverity.Warning, "TileLargerThanRaster", raster.Path,
                $"A tile of {plan.Tile.Width} by {plan.Tile.Height} pixels is larger than the raster of {raster.Width} by {raster.Height}: the one chip is filled up with nodata.", "Use a smaller -TileSize.");
        }

        if (plan.Stride is TileSize stride && (stride.Width < plan.Tile.Width || stride.Height < plan.Tile.Height))
        {
            findings.Add(
                FindingSeverity.Information, "OverlappingChips", raster.Path, $"Chips of {plan.Tile.Width} pixels at a stride of {stride.Width} overlap: split at random, validation chips would show what was trained on.",
                "Leave New-LearnDataBunch -Split at Auto or Spatial, which keeps them apart.");
        }
    }

    private static void Check(
        IRaster raster, LayerSource label, ExportPlan plan, IFileSystem files, Findings findings, Dictionary<string, long> classes, HashSet<string> named) =>
        findings.Try(label.Path, "Give labels that lie on the raster, in a coordinate reference system that is computed here.", () =>
        {
            using IVectorLayer layer = VectorLayers.Open(label.Path, label.Layer, files);
            GeoExtent extent = RasterSummary.Extent(raster);
            Envelope area = new(extent.XMin, extent.XMax, extent.YMin, extent.YMax);
            LabelSet labels = LabelReader.Read(
                layer, raster.SpatialReference, raster.IsGeoreferenced, new LabelOptions(plan.ClassValueField, plan.BufferRadius), new LabelBounds(area, new Envelope(), area));
            Dictionary<int, string> names = labels.Classes.ToDictionary(c => c.Value, c => c.Name);
            named.UnionWith(names.Values);
            foreach (LabelObject item in labels.Objects)
            {
                classes[names[item.Value]] = classes.GetValueOrDefault(names[item.Value]) + 1;
            }

            TellPlaces(raster, label, labels, findings);
            TellSizes(raster, label, labels, plan, findings);
            if (labels.FieldHint is string hint)
            {
                findings.Add(FindingSeverity.Warning, "ClassFieldUnclear", label.Path, hint, "Name the field with -ClassValueField.");
            }

            foreach ((string reason, int count) in labels.Skipped)
            {
                findings.Add(FindingSeverity.Warning, "LabelsSkipped", label.Path, $"{count} feature(s) are left out: {reason}.", "Mend them in the layer.");
            }

            if (labels.Repaired > 0)
            {
                findings.Add(FindingSeverity.Information, "LabelsRepaired", label.Path, $"{labels.Repaired} invalid geometries are mended when they are read.", "Look at them where the shapes matter.");
            }
        });

    private static void TellPlaces(IRaster raster, LayerSource label, LabelSet labels, Findings findings)
    {
        int all = labels.Objects.Count + labels.Aside.Count;
        if (labels.Objects.Count == 0)
        {
            findings.Add(
                FindingSeverity.Error, "LabelsOutside", label.Path, $"None of the {all} label(s) lies on {raster.Path}.",
                "Compare the extents; a layer whose file names the wrong coordinate reference system lies elsewhere (ogr2ogr -a_srs sets it).");
        }
        else if (labels.Aside.Count > 0)
        {
            findings.Add(FindingSeverity.Warning, "LabelsOutside", label.Path, $"{labels.Aside.Count} of {all} label(s) lie outside {raster.Path} and are left out.", "Add the rasters that they lie on, or leave them.");
        }

        if (labels.Note is string note)
        {
            findings.Add(FindingSeverity.Warning, "CrsMismatch", label.Path, note, "Convert the layer with ogr2ogr -t_srs where this is not near enough.");
        }
    }

    private static void TellSizes(IRaster raster, LayerSource label, LabelSet labels, ExportPlan plan, Findings findings)
    {
        (double x, double y) = PixelGround.MapUnits(raster.Transform);
        double[] sides = [.. labels.Objects.Select(o => Math.Max(o.Geometry.EnvelopeInternal.Width / x, o.Geometry.EnvelopeInternal.Height / y)).Order()];
        int large = sides.Count(side => side > Math.Min(plan.Tile.Width, plan.Tile.Height));
        if (large > 0)
        {
            findings.Add(
                FindingSeverity.Information, "LargeLabels", label.Path, $"{large} label(s) are larger than a tile of {plan.Tile.Width} by {plan.Tile.Height} pixels: chips show parts of them.",
                "Right for land cover; for objects use a larger -TileSize.");
        }

        int tiny = sides.Count(side => side < TinyObject);
        if (tiny > 0)
        {
            findings.Add(
                FindingSeverity.Warning, "TinyLabels", label.Path, FormattableString.Invariant($"{tiny} label(s) are smaller than {TinyObject} pixels; the median is {sides[sides.Length / 2]:0.#}."),
                "Use a raster of finer pixels, or enlarge the chips with New-LearnDataBunch -ResizeTo.");
        }
    }
}
