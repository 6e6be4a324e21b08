using System.Globalization;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Chips.Metadata;
using ArcLearn.Core.Chips.Plans;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips;

/// <summary>The export of one folder with images, labels and reports: prepared first, so that what can be refused is before anything is written.</summary>
internal sealed class FolderExport
{
    private readonly string _name;
    private readonly ExportOptions _options;
    private readonly IReadOnlyList<ExportSource> _sources;
    private readonly ExportContext _context;
    private readonly ExistingExport? _existing;
    private readonly IMetadataFormat _format;
    private readonly List<ExportPart> _parts;
    private readonly int _firstTicket;
    private ExportRun? _run;

    /// <param name="name">The folder in the export's; empty for that itself.</param>
    /// <param name="options">Of the export.</param>
    /// <param name="sources">What goes into this folder.</param>
    /// <param name="context">Whom to tell.</param>
    /// <param name="skipped">Labels that are left out are counted here.</param>
    /// <param name="existing">What chips are added to; null for a new folder.</param>
    /// <param name="firstTicket">What the journal calls the first tile.</param>
    public FolderExport(
        string name, ExportOptions options, IReadOnlyList<ExportSource> sources, ExportContext context, Dictionary<string, int> skipped, ExistingExport? existing, int firstTicket)
    {
        (_name, _options, _sources, _context, _existing, _firstTicket) = (name, options, sources, context, existing, firstTicket);
        _format = MetadataFormatTable.Create(options.MetadataFormat, options.Classes);
        ExportCheck.CheckClassNames(_format, options.Classes);
        IRaster? additional = sources[0].Additional;
        Statistics = new ExportStatistics(_format.Counted, options.Classes, sources[0].Raster.Bands, additional?.Bands ?? 0);
        if (existing is not null)
        {
            Statistics.Add(existing);
        }

        FirstNumber = Math.Max(options.StartIndex, existing?.NextNumber ?? 0);
        List<ObjectIndex> indices = [];
        _parts = Prepare(indices);
        CheckObjects(indices);
        CountOutside(indices, skipped);
    }

    public ExportStatistics Statistics { get; }

    public int Tiles => checked((int)_parts.Sum(p => p.Plan.Count));

    private int FirstNumber { get; }

    /// <exception cref="LearnDataException">NoChips: nothing is left to write.</exception>
    public void Write(string folder, ExportJournal journal, CancellationToken cancel)
    {
        folder = Path.Combine(folder, _name);
        _context.Files.CreateDirectory(folder);
        ExportRun run = new(_options, _format, _parts, new ChipFiles(_context.Files, folder, _options.Format), Statistics, journal, FirstNumber, _firstTicket);
        _run = run;
        run.Execute(_context.Progress, cancel);
        if (run.NextNumber == FirstNumber)
        {
            throw new LearnDataException(
                "NoChips",
                $"No tile is left to write: {run.EmptyTiles} tile(s) with objects hold nothing but nodata, {run.MaskedTiles} do not lie within -InputMaskPolygons, "
                + $"{run.BelowShare} object part(s) lie below -MinPolygonOverlapRatio.",
                _options.OutputFolder);
        }

        WriteReports(folder, run.NextNumber);
    }

    /// <summary>What there is to say of a complete folder.</summary>
    public void Tell(Dictionary<string, int> skipped)
    {
        ExportRun run = _run!;
        if (run.EmptyTiles > 0)
        {
            _context.Warn?.Invoke($"{run.EmptyTiles} tile(s) hold nothing but nodata and were skipped.");
        }

        if (run.MaskedTiles > 0)
        {
            _context.Inform?.Invoke($"{run.MaskedTiles} tile(s) do not lie completely within the mask polygons and were left out.");
        }

        if (run.BelowShare > 0)
        {
            skipped["parts below MinPolygonOverlapRatio"] = run.BelowShare;
        }

        string[] unseen = [.. _options.Classes.Where((_, i) => Statistics.ImagesPerClass[i] == 0).Select(c => c.Name)];
        if (unseen.Length > 0 && Statistics.ImagesPerClass.Any(n => n > 0))
        {
            _context.Warn?.Invoke($"{unseen.Length} class(es) have no object in any chip: {string.Join(", ", unseen)}.");
        }
    }

    private List<ExportPart> Prepare(List<ObjectIndex> indices)
    {
        List<ExportPart> parts = [];
        long tiles = 0;
        double besides = 0;
        foreach (ExportSource source in _sources)
        {
            IRaster raster = source.Raster;
            bool isOnMap = raster.IsGeoreferenced && _options.ReferenceSystem == ReferenceSystem.MapSpace;
            GeoTransform transform = raster.Transform;
            if (!isOnMap)
            {
                (double x, double y) = raster.IsGeoreferenced ? (besides, 0) : transform.ToMap(besides, 0);
                transform = raster.IsGeoreferenced ? GeoTransform.Pixels.Shift(besides, 0) : new GeoTransform(x, y, transform.PixelWidth, transform.PixelHeight);
                besides += raster.Width + _options.TileWidth;
            }

            double? pixelArea = isOnMap || !raster.IsGeoreferenced ? null : 1;
            ObjectIndex index = new(source.Objects, raster, source.Aside, pixelArea);
            indices.Add(index);
            IChipPlan plan = Plan(source, index);
            parts.Add(new ExportPart(raster, LabelsOf(source, index, pixelArea), plan, transform, checked((int)tiles))
            {
                IsGeoreferenced = isOnMap,
                Instances = source.Instances is null ? null : new ObjectIndex(source.Instances, raster, pixelArea: pixelArea),
                Additional = source.Additional,
                Mask = source.Mask is Geometry mask ? new ChipMask(ObjectIndex.ToPixel(raster.Transform).Transform(mask)) : null,
            });
            tiles += plan.Count;
            if (FirstNumber + tiles > 1_000_000_000)
            {
                throw new LearnArgumentException("StrideSize", $"{tiles} tiles are more than nine digits can number; take a larger -StrideSize.");
            }

            if (_options.TileWidth > raster.Width || _options.TileHeight > raster.Height)
            {
                _context.Warn?.Invoke(
                    $"A tile of {_options.TileWidth} by {_options.TileHeight} pixels is larger than {raster.Path} ({raster.Width} by {raster.Height}): what lies beyond is filled.");
            }
        }

        return parts;
    }

    private static ILabelSource LabelsOf(ExportSource source, ObjectIndex index, double? pixelArea) =>
        source.ClassRaster is IRaster classes ? new RasterLabels(classes, source.Raster, pixelArea) : index;

    private IChipPlan Plan(ExportSource source, ObjectIndex index)
    {
        IRaster raster = source.Raster;
        PixelWindow whole = new(0, 0, raster.Width, raster.Height);
        PixelWindow area = source.Area ?? whole;
        IChipPlan plan;
        if (_format.IsPerObject && source.ClassRaster is null)
        {
            plan = new ObjectPlan(index, area, whole, _options.TileWidth, _options.TileHeight, _options.CropMode == CropMode.BoundingBox);
        }
        else
        {
            TileGrid grid = new(area, raster.Width, raster.Height, _options.TileWidth, _options.TileHeight, _options.StrideX, _options.StrideY);
            if (grid.Count() == 0)
            {
                throw new LearnArgumentException(
                    "Context", $"The extent covers {area.Width} by {area.Height} pixels of {raster.Path}: less than one tile of {_options.TileWidth} by {_options.TileHeight}.");
            }

            plan = new GridPlan(grid);
        }

        return _options.RotationAngle > 0 ? new TurnedPlan(plan, _options.RotationAngle) : plan;
    }

    private void CheckObjects(List<ObjectIndex> indices)
    {
        if (_sources.Any(s => s.ClassRaster is not null))
        {
            return;
        }

        int objects = indices.Sum(p => p.Count);
        if (objects == 0 && !_options.ExportAllTiles)
        {
            throw new LearnDataException(
                "NoLabels", "The labels hold no object that can be used; exportAllTiles = true in -Context writes chips without any.", _sources[0].Raster.Path);
        }

        if (objects > 0 && indices.TrueForAll(p => p.Outside == p.Count))
        {
            int at = indices.FindIndex(p => p.Count > 0);
            Envelope labels = indices[at].MapExtent;
            IRaster raster = _sources[at].Raster;
            throw new LearnDataException(
                "LabelsOutside",
                $"All {objects} labelled object(s) lie outside {raster.Path}. In its coordinates ({raster.SpatialReference?.ToString() ?? "no CRS"}) the labels cover "
                + $"{Describe(new GeoExtent(labels.MinX, labels.MinY, labels.MaxX, labels.MaxY))}, the raster {Describe(RasterSummary.Extent(raster))} (xmin, ymin, xmax, ymax). Check that the labels belong to this raster and name their CRS.",
                raster.Path);
        }
    }

    /// <summary>The same labels lie under every raster: outside is what no raster reaches.</summary>
    private void CountOutside(List<ObjectIndex> indices, Dictionary<string, int> skipped)
    {
        int outside = indices.Count == 1 ? indices[0].Outside : OutsideAll(indices);
        if (outside > 0)
        {
            skipped["outside the raster"] = skipped.GetValueOrDefault("outside the raster") + outside;
            _context.Warn?.Invoke($"{outside} labelled object(s) lie outside {(indices.Count == 1 ? "the raster" : $"all {indices.Count} rasters")} and were left out.");
        }
    }

    private int OutsideAll(List<ObjectIndex> indices)
    {
        LabelPlaces places = new();
        foreach (ExportSource source in _sources)
        {
            places.Add(source.Aside?.Outside ?? new LabelPlaces());
            foreach (LabelObject item in source.Objects)
            {
                places.Add(item.Place);
            }
        }

        indices.ForEach(index => places.Remove(index.InsidePlaces));
        return places.Count;
    }

    private void WriteReports(string folder, int nextNumber)
    {
        bool isOnMap = _parts.Any(p => p.IsGeoreferenced);
        List<(double X, double Y)> cells = [.. _parts.Select(p => PixelGround.MapUnits(p.Transform))];
        List<(double X, double Y)> least = _existing?.MinCell is (double, double) min ? [.. cells, min] : cells;
        List<(double X, double Y)> greatest = _existing?.MaxCell is (double, double) max ? [.. cells, max] : cells;
        ExportReport report = new(
            _options,
            _sources,
            Statistics,
            nextNumber,
            (least.Min(c => c.X), least.Min(c => c.Y), greatest.Max(c => c.X), greatest.Max(c => c.Y)),
            isOnMap ? _parts.Select(p => p.Raster.SpatialReference).FirstOrDefault(r => r is not null) : null,
            _options.ReferenceSystem == ReferenceSystem.ImageSpace ? "IMAGE_SPACE" : isOnMap ? "MAP_SPACE" : "PIXEL_SPACE");
        IFileSystem files = _context.Files;
        files.WriteAllText(Path.Combine(folder, "map.txt"), Statistics.MapText);
        files.WriteAllText(Path.Combine(folder, "stats.txt"), report.FormatStatsText());
        files.WriteAllText(Path.Combine(folder, "esri_accumulated_stats.json"), report.FormatAccumulatedStats());
        files.WriteAllText(Path.Combine(folder, "esri_model_definition.emd"), report.FormatModelDefinition());
        foreach ((string name, string text) in _format.Finish(Statistics.Notes))
        {
            files.WriteAllText(Path.Combine(folder, name), text);
        }
    }

    private static string Describe(GeoExtent e) =>
        string.Create(CultureInfo.InvariantCulture, $"({e.XMin:0.######}, {e.YMin:0.######}, {e.XMax:0.######}, {e.YMax:0.######})");
}
