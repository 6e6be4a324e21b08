using System.Globalization;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips;

/// <summary>Cuts rasters and their labels into a folder of training chips, as the export tool of ArcGIS lays it out.</summary>
internal static class TrainingDataExporter
{
    /// <summary>Writes the folder; it appears under its name only when complete.</summary>
    /// <exception cref="LearnArgumentException">An option makes no sense, or the chip format cannot hold the raster's samples.</exception>
    /// <exception cref="LearnDataException">LabelsOutside, NoLabels, NoChips, UnknownClass or MixedRasters.</exception>
    /// <exception cref="OutputExistsException">The folder is there already and holds something.</exception>
    /// <returns>Null where <see cref="ExportContext.Confirm"/> declined.</returns>
    public static TrainingDataInfo? Export(ExportOptions options, ExportContext context, CancellationToken cancel)
    {
        options = ExportCheck.Run(options);
        Dictionary<string, int> skipped = new(options.SkippedLabels);
        List<ExportPart> parts = Prepare(options, context, skipped);
        ExportStatistics statistics = new(options.Classes, parts[0].Raster.Bands);

        OutputFolder.Check(context.Files, options.OutputFolder, options.Force);
        context.Inform?.Invoke(
            $"Cutting {parts.Sum(p => p.Grid.Count())} tile(s) of {options.TileWidth} by {options.TileHeight} pixels, {options.StrideX} and {options.StrideY} apart, "
            + $"into {options.Format} chips in {options.OutputFolder}{(options.ExportAllTiles ? "" : "; tiles without objects are left out")}.");
        if (context.Confirm?.Invoke() == false)
        {
            return null;
        }

        using OutputFolder folder = new(context.Files, options.OutputFolder, options.Force);
        ChipFiles chips = new(context.Files, folder.Partial, options.Format);
        chips.CreateFolders();
        ExportRun run = new(options, parts, chips, statistics);
        run.Execute(context.Progress, cancel);
        if (statistics.Images == 0)
        {
            throw new LearnDataException(
                "NoChips",
                $"No tile is left to write: {run.EmptyTiles} tile(s) with objects hold nothing but nodata, {run.BelowShare} object part(s) lie below -MinPolygonOverlapRatio.",
                options.OutputFolder);
        }

        WriteReports(options, context.Files, folder.Partial, parts, run);
        cancel.ThrowIfCancellationRequested();
        folder.Complete();
        Tell(options, context, run, skipped);
        return new TrainingDataInfo
        {
            Path = folder.Path,
            MetadataFormat = options.MetadataFormat,
            Images = statistics.Images,
            Features = statistics.Features,
            TileWidth = options.TileWidth,
            TileHeight = options.TileHeight,
            Bands = parts[0].Raster.Bands,
            Classes = options.Classes,
            Skipped = skipped,
        };
    }

    private static List<ExportPart> Prepare(ExportOptions options, ExportContext context, Dictionary<string, int> skipped)
    {
        List<ExportPart> parts = [];
        long tiles = 0;
        double besides = 0;
        foreach (ExportSource source in options.Sources)
        {
            IRaster raster = source.Raster;
            GeoTransform transform = raster.Transform;
            if (!raster.IsGeoreferenced)
            {
                (double x, double y) = transform.ToMap(besides, 0);
                transform = new GeoTransform(x, y, transform.PixelWidth, transform.PixelHeight);
                besides += raster.Width + options.TileWidth;
            }

            PixelWindow area = source.Area ?? new PixelWindow(0, 0, raster.Width, raster.Height);
            TileGrid grid = new(area, raster.Width, raster.Height, options.TileWidth, options.TileHeight, options.StrideX, options.StrideY);
            parts.Add(new ExportPart(raster, new ObjectIndex(source.Objects, raster, source.Aside), grid, transform, checked((int)tiles)));
            tiles += grid.Count();
            if (grid.Count() == 0)
            {
                throw new LearnArgumentException(
                    "Context", $"The extent covers {area.Width} by {area.Height} pixels of {raster.Path}: less than one tile of {options.TileWidth} by {options.TileHeight}.");
            }

            if (options.StartIndex + tiles > 1_000_000_000)
            {
                throw new LearnArgumentException("StrideSize", $"{tiles} tiles are more than nine digits can number; take a larger -StrideSize.");
            }

            if (options.TileWidth > raster.Width || options.TileHeight > raster.Height)
            {
                context.Warn?.Invoke(
                    $"A tile of {options.TileWidth} by {options.TileHeight} pixels is larger than {raster.Path} ({raster.Width} by {raster.Height}): what lies beyond is filled.");
            }
        }

        CheckObjects(options, parts);
        int outside = CountOutside(options.Sources, parts);
        if (outside > 0)
        {
            skipped["outside the raster"] = skipped.GetValueOrDefault("outside the raster") + outside;
            context.Warn?.Invoke($"{outside} labelled object(s) lie outside {(parts.Count == 1 ? "the raster" : $"all {parts.Count} rasters")} and were left out.");
        }

        return parts;
    }

    /// <summary>The same labels lie under every raster: outside is what no raster reaches.</summary>
    private static int CountOutside(IReadOnlyList<ExportSource> sources, List<ExportPart> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0].Objects.Outside;
        }

        LabelPlaces places = new();
        foreach (ExportSource source in sources)
        {
            places.Add(source.Aside?.Outside ?? new LabelPlaces());
            foreach (LabelObject item in source.Objects)
            {
                places.Add(item.Place);
            }
        }

        parts.ForEach(part => places.Remove(part.Objects.InsidePlaces));
        return places.Count;
    }

    private static void CheckObjects(ExportOptions options, List<ExportPart> parts)
    {
        int objects = parts.Sum(p => p.Objects.Count);
        if (objects == 0 && !options.ExportAllTiles)
        {
            throw new LearnDataException(
                "NoLabels", "The labels hold no object that can be used; exportAllTiles = true in -Context writes chips without any.", options.Sources[0].Raster.Path);
        }

        if (objects > 0 && parts.All(p => p.Objects.Outside == p.Objects.Count))
        {
            ExportPart part = parts.First(p => p.Objects.Count > 0);
            Envelope labels = part.Objects.MapExtent;
            throw new LearnDataException(
                "LabelsOutside",
                $"All {objects} labelled object(s) lie outside {part.Raster.Path}. In its coordinates ({part.Raster.SpatialReference?.ToString() ?? "no CRS"}) the labels cover "
                + $"{Describe(new GeoExtent(labels.MinX, labels.MinY, labels.MaxX, labels.MaxY))}, the raster {Describe(RasterSummary.Extent(part.Raster))} (xmin, ymin, xmax, ymax). Check that the labels belong to this raster and name their CRS.",
                part.Raster.Path);
        }
    }

    private static void WriteReports(ExportOptions options, IFileSystem files, string folder, List<ExportPart> parts, ExportRun run)
    {
        List<(double X, double Y)> cells = [.. parts.Select(p => PixelGround.MapUnits(p.Raster.Transform))];
        ExportReport report = new(
            options,
            run.Statistics,
            (cells.Min(c => c.X), cells.Min(c => c.Y), cells.Max(c => c.X), cells.Max(c => c.Y)),
            parts.Select(p => p.Raster.SpatialReference).FirstOrDefault(r => r is not null),
            parts.Any(p => p.Raster.IsGeoreferenced));
        files.WriteAllText(Path.Combine(folder, "map.txt"), run.MapText);
        files.WriteAllText(Path.Combine(folder, "stats.txt"), report.FormatStatsText());
        files.WriteAllText(Path.Combine(folder, "esri_accumulated_stats.json"), report.FormatAccumulatedStats());
        files.WriteAllText(Path.Combine(folder, "esri_model_definition.emd"), report.FormatModelDefinition());
    }

    private static void Tell(ExportOptions options, ExportContext context, ExportRun run, Dictionary<string, int> skipped)
    {
        if (run.EmptyTiles > 0)
        {
            context.Warn?.Invoke($"{run.EmptyTiles} tile(s) hold nothing but nodata and were skipped.");
        }

        if (run.BelowShare > 0)
        {
            skipped["parts below MinPolygonOverlapRatio"] = run.BelowShare;
        }

        string[] unseen = [.. options.Classes.Where((_, i) => run.Statistics.ImagesPerClass[i] == 0).Select(c => c.Name)];
        if (unseen.Length > 0 && run.Statistics.Features > 0)
        {
            context.Warn?.Invoke($"{unseen.Length} class(es) have no object in any chip: {string.Join(", ", unseen)}.");
        }
    }

    private static string Describe(GeoExtent e) =>
        string.Create(CultureInfo.InvariantCulture, $"({e.XMin:0.######}, {e.YMin:0.######}, {e.XMax:0.######}, {e.YMax:0.######})");
}
