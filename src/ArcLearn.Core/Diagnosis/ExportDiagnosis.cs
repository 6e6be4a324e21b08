using System.Globalization;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Diagnosis;

/// <summary>What an export is to be made of.</summary>
internal sealed record ExportPlan(IReadOnlyList<string> Rasters, IReadOnlyList<LayerSource> Labels, TileSize Tile, TileSize? Stride)
{
    public string? ClassValueField { get; init; }

    public double? BufferRadius { get; init; }

    /// <summary>Whether the rasters are the bands of one.</summary>
    public bool IsStack { get; init; }
}

/// <summary>What can be said of rasters and labels before an export; labels are read once for each raster, of rasters only the headers.</summary>
internal static class ExportDiagnosis
{
    private const double TinyObject = 8;                    // pixels a side: a detector's finest grids see less of them

    public static IReadOnlyList<TrainingDataFinding> Run(ExportPlan plan, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        Findings findings = new();
        Dictionary<string, long> classes = new(StringComparer.Ordinal);
        string counted = "labels on the rasters";
        IRaster? first = null;
        try
        {
            foreach (string path in plan.IsStack ? plan.Rasters.Take(1) : plan.Rasters)
            {
                cancel.ThrowIfCancellationRequested();
                IRaster? raster = null;
                findings.Try(path, plan.IsStack ? "Give rasters of one band and one grid each." : "Give a raster that Get-LearnRaster describes.", () => raster = Open(path, plan, files));
                if (raster is null)
                {
                    continue;
                }

                using IRaster? used = first is null ? null : raster;
                first ??= raster;
                Check(raster, first, plan, findings);
                foreach (string file in plan.IsStack ? plan.Rasters : [path])
                {
                    TellStorage(file, files, findings);
                }

                foreach (LayerSource label in plan.Labels)
                {
                    cancel.ThrowIfCancellationRequested();
                    if (LabelFiles.IsRaster(label.Path, files))
                    {
                        counted = "labelled pixels under the rasters";
                        Count(raster, label.Path, files, findings, classes, cancel);
                    }
                    else
                    {
                        Check(raster, label, plan, files, findings, classes);
                    }
                }
            }
        }
        finally
        {
            first?.Dispose();
        }

        if (classes.Count > 0)
        {
            findings.AddClasses(plan.Labels[0].Path, [.. classes.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value))], counted);
        }

        return findings.Ordered;
    }

    private static IRaster Open(string path, ExportPlan plan, IFileSystem files) =>
        plan.IsStack ? RasterMosaic.Stack(path, plan.Rasters, files) : RasterFile.Open(path, files);

    private static void TellStorage(string path, IFileSystem files, Findings findings)
    {
        foreach (string slow in RasterDescription.Describe(path, files).Slow)
        {
            // A reason, then what helps.
            int end = slow.IndexOf(". ", StringComparison.Ordinal) + 1;
            findings.Add(FindingSeverity.Warning, "SlowRaster", path, end > 0 ? slow[..end] : slow, end > 0 ? slow[(end + 1)..] : "Tile it with gdal_translate -co TILED=YES.");
        }
    }

    private static void Check(IRaster raster, IRaster first, ExportPlan plan, Findings findings)
    {
        if (raster.SampleType != SampleType.UInt8)
        {
            findings.Add(
                FindingSeverity.Information, "BitDepth", raster.Path, $"The raster has {raster.SampleType} samples: chips keep them as TIFF, not as PNG or JPEG.",
                raster.SampleType == SampleType.UInt16 ? "Use -ChipFormat TIFF." : "Use -ChipFormat TIFF. Detectors search 8 and 16 bits without a sign only: convert the raster first, with one fixed scale for training and use alike, where it is to be searched.");
        }

        if (raster.Bands != first.Bands || raster.SampleType != first.SampleType)
        {
            findings.Add(
                FindingSeverity.Error, "MixedRasters", raster.Path, $"The raster has {raster.Bands} band(s) of {raster.SampleType}, {first.Path} has {first.Bands} of {first.SampleType}.", "Export them into two folders.");
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

    /// <summary>Of a classified raster: every pixel under the raster is read.</summary>
    private static void Count(IRaster raster, string path, IFileSystem files, Findings findings, Dictionary<string, long> classes, CancellationToken cancel) =>
        findings.Try(path, "Give a raster of one band of class values that lies under the other, or a layer.", () =>
        {
            using IRaster labels = RasterFile.Open(path, files);
            if (labels.Bands != 1)
            {
                throw new LearnFormatException($"has {labels.Bands} bands, and a classified raster has one: the classes.", path);
            }

            Dictionary<int, string> names = labels.Classes.Where(c => c.Value > 0).ToDictionary(c => c.Value, c => c.Name);
            foreach (string name in names.Values)
            {
                classes.TryAdd(name, 0);
            }

            SortedDictionary<int, long> counts = ClassRasterSurvey.Count(labels, raster, new PixelWindow(0, 0, raster.Width, raster.Height), cancel);
            long background = counts.GetValueOrDefault(0);
            counts.Remove(0);
            if (counts.Count == 0)
            {
                findings.Add(
                    FindingSeverity.Error, "NoLabels", path, $"All of it under {raster.Path} is background or nodata.", "Compare the extents, or give -InputRaster where classes are.");
            }
            else if (background > counts.Values.Sum())
            {
                findings.Add(
                    FindingSeverity.Information, "MostlyBackground", path,
                    FormattableString.Invariant($"{100.0 * background / (background + counts.Values.Sum()):0} % of it under {raster.Path} is background or nodata."),
                    "Tiles without a class are left out of an export; -Context @{ exportAllTiles = $true } keeps them.");
            }

            foreach ((int value, long count) in counts)
            {
                string name = names.GetValueOrDefault(value) ?? value.ToString(CultureInfo.InvariantCulture);
                classes[name] = classes.GetValueOrDefault(name) + count;
            }

            if (labels.SpatialReference is SpatialReference from && raster.SpatialReference is SpatialReference to && CoordinateTransforms.Create(from, to).Note is string note)
            {
                findings.Add(FindingSeverity.Warning, "CrsMismatch", path, note, "Convert the classes with gdalwarp -t_srs where this is not near enough.");
            }
        });

    private static void Check(
        IRaster raster, LayerSource label, ExportPlan plan, IFileSystem files, Findings findings, Dictionary<string, long> classes) =>
        findings.Try(label.Path, "Give labels that lie on the raster, in a coordinate reference system that is computed here.", () =>
        {
            using IVectorLayer layer = VectorLayers.Open(label.Path, label.Layer, files);
            GeoExtent extent = RasterSummary.Extent(raster);
            Envelope area = new(extent.XMin, extent.XMax, extent.YMin, extent.YMax);
            LabelSet labels = LabelReader.Read(
                layer, raster.SpatialReference, raster.IsGeoreferenced, new LabelOptions(plan.ClassValueField, plan.BufferRadius), new LabelBounds(area, new Envelope(), area));
            Dictionary<int, string> names = labels.Classes.ToDictionary(c => c.Value, c => c.Name);
            foreach (string name in names.Values)
            {
                classes.TryAdd(name, 0);
            }

            foreach (LabelObject item in labels.Objects)
            {
                classes[names[item.Value]]++;
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
