using System.Runtime.ExceptionServices;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Chips.Metadata;
using ArcLearn.Core.Chips.Plans;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips;

/// <summary>One raster of a run with everything that its tiles need.</summary>
/// <param name="Labels">Found by chip.</param>
/// <param name="Plan">The chips that may be cut.</param>
/// <param name="Transform">Of the raster; several rasters without georeference lie side by side, so that their chips do not seem to overlap.</param>
/// <param name="FirstTile">Number of its first tile over all rasters.</param>
internal sealed record ExportPart(IRaster Raster, ILabelSource Labels, IChipPlan Plan, GeoTransform Transform, int FirstTile)
{
    /// <summary>Whether chips are placed on the map.</summary>
    public bool IsGeoreferenced { get; init; }

    /// <summary>Objects for instance masks, where they are not those of <see cref="Labels"/>.</summary>
    public ILabelSource? Instances { get; init; }

    /// <summary>A second image, on the grid of the raster.</summary>
    public IRaster? Additional { get; init; }

    public ChipMask? Mask { get; init; }
}

/// <summary>
/// Cuts all tiles on worker threads. Each worker holds one chip; a chip gets its number, its line in map.txt and its place in the
/// statistics in tile order, as soon as it is known that it will be written, so neither depends on the number of workers.
/// </summary>
internal sealed class ExportRun
{
    private readonly ExportOptions _options;
    private readonly IMetadataFormat _format;
    private readonly IReadOnlyList<ExportPart> _parts;
    private readonly ChipFiles _chips;
    private readonly ExportJournal _journal;
    private readonly OrderedGate _gate = new();
    private readonly int _tiles;
    private readonly int _firstTicket;
    private int _taken = -1;
    private int _done;
    private volatile Exception? _failure;

    /// <param name="firstNumber">Of the first chip.</param>
    /// <param name="firstTicket">What the journal calls the first tile.</param>
    public ExportRun(
        ExportOptions options, IMetadataFormat format, IReadOnlyList<ExportPart> parts, ChipFiles chips, ExportStatistics statistics, ExportJournal journal, int firstNumber, int firstTicket)
    {
        (_options, _format, _parts, _chips, Statistics, _journal, NextNumber, _firstTicket) = (options, format, parts, chips, statistics, journal, firstNumber, firstTicket);
        _tiles = checked((int)parts.Sum(p => p.Plan.Count));
    }

    public ExportStatistics Statistics { get; }

    /// <summary>The number of the next chip.</summary>
    public int NextNumber { get; private set; }

    /// <summary>Tiles with objects (or any, where all are asked for) that hold nothing but nodata.</summary>
    public int EmptyTiles { get; private set; }

    /// <summary>Tiles that do not lie within the mask.</summary>
    public int MaskedTiles { get; private set; }

    /// <summary>Parts of objects that were left out of a chip for their small share.</summary>
    public int BelowShare { get; private set; }

    /// <param name="progress">Called on this thread.</param>
    public void Execute(Action<int, int>? progress, CancellationToken cancel)
    {
        int workers = Math.Clamp(_options.Workers > 0 ? _options.Workers : Environment.ProcessorCount, 1, Math.Max(1, _tiles));
        using CountdownEvent running = new(workers);
        for (int i = 0; i < workers; i++)
        {
            new Thread(() => Work(running, cancel)) { IsBackground = true, Name = $"Chip writer {i}" }.Start();
        }

        int reported = -1;
        while (!running.Wait(100, CancellationToken.None))      // the workers see the token; until they are gone nobody may leave
        {
            int done = Volatile.Read(ref _done);
            if (done != reported)
            {
                reported = done;
                try
                {
                    progress?.Invoke(done, _tiles);
                }
                catch (Exception e)
                {
                    // The workers must have stopped before the folder is taken from under them.
                    Fail(e);
                }
            }
        }

        if (_failure is Exception failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        progress?.Invoke(_tiles, _tiles);
    }

    private void Work(CountdownEvent running, CancellationToken cancel)
    {
        try
        {
            int tile;
            while (_failure is null && (tile = Interlocked.Increment(ref _taken)) < _tiles)
            {
                cancel.ThrowIfCancellationRequested();
                ExportPart part = _parts.Last(p => p.FirstTile <= tile);
                Cut(tile, part);
                Interlocked.Increment(ref _done);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            running.Signal();
        }
    }

    private void Fail(Exception e)
    {
        Interlocked.CompareExchange(ref _failure, e, null);
        _gate.Close();
    }

    private void Cut(int tile, ExportPart part)
    {
        ChipPlace place = part.Plan[tile - part.FirstTile];
        if (part.Mask?.Covers(place) == false)
        {
            _gate.Pass(tile, () => MaskedTiles++);
            return;
        }

        ChipLabels labels = part.Labels.Find(place, _options.MinPolygonOverlapRatio, out int belowShare);
        ChipLabels instances = part.Instances?.Find(place, _options.MinPolygonOverlapRatio, out _) ?? labels;
        LabelledChip chip = new(place, labels, instances, part.Raster.Bands);
        if (!_options.ExportAllTiles && !_format.HasLabels(chip))
        {
            _gate.Pass(tile, () => BelowShare += belowShare);
            return;
        }

        if (_journal.Find(_firstTicket + tile) is ChipRecord known)
        {
            _gate.Pass(tile, () => Count(known, belowShare));
            return;
        }

        using ChipImage image = ChipImage.Read(part.Raster, place);
        if (image.IsEmpty)
        {
            _gate.Pass(tile, () =>
            {
                BelowShare += belowShare;
                EmptyTiles++;
            });
            return;
        }

        if (_options.BlackenAroundFeature)
        {
            image.Blacken(_format.ObjectsOf(chip));
        }

        using ChipImage? additional = part.Additional is IRaster second ? ChipImage.Read(second, place) : null;
        ChipRecord record = Describe(chip, image.Measure(), additional?.Measure() ?? []);
        bool isOpen = _gate.Pass(tile, () =>
        {
            record = Number(record, chip, NextNumber);
            Count(record, belowShare);
        });

        if (isOpen)
        {
            Write(chip, part, image, additional, record.Number);
            _journal.Add(_firstTicket + tile, record);
        }
    }

    private void Count(ChipRecord chip, int belowShare)
    {
        BelowShare += belowShare;
        NextNumber++;
        Statistics.Add(chip);
    }

    /// <summary>All that does not depend on the chip's number.</summary>
    private ChipRecord Describe(LabelledChip chip, RunningStatistic[] bands, RunningStatistic[] additional) => new(
        0,
        "",
        bands,
        additional,
        _format.Counted == CountedLabels.Features ? [.. _format.ObjectsOf(chip).Select(o => (o.ClassValue, o.Area))] : [],
        _format.Counted == CountedLabels.Pixels ? [.. chip.Labels.CountPixels().Select(p => (p.Key, p.Value))] : [],
        null);

    private ChipRecord Number(ChipRecord record, LabelledChip chip, int number)
    {
        string stem = ChipFiles.Stem(number);
        string image = ImageFile(chip, stem);
        return record with
        {
            Number = number,
            MapLine = ChipFiles.MapLine(record.AdditionalBands.Length > 0 ? [image, AdditionalFile(stem)] : [image], _format.LabelFiles(chip, stem)),
            Note = _format.Note(chip, number, image),
        };
    }

    private void Write(LabelledChip chip, ExportPart part, ChipImage image, ChipImage? additional, int number)
    {
        string stem = ChipFiles.Stem(number);
        ChipGround ground = new(chip.Place.TransformOf(part.Transform), part.IsGeoreferenced, part.IsGeoreferenced ? part.Raster.SpatialReference : null);
        _chips.WriteImage(ImageFile(chip, stem), image.ToRaster(), ground, part.Raster.NoData);
        if (additional is not null)
        {
            _chips.WriteImage(AdditionalFile(stem), additional.ToRaster(), ground, part.Additional!.NoData);
        }

        _format.Write(chip, new ChipWriter(_chips, chip.Place, ground, stem, ImageFile(chip, stem)));
    }

    private string ImageFile(LabelledChip chip, string stem) => $"{_format.ImageFolder(chip)}/{stem}{_chips.Extension}";

    private string AdditionalFile(string stem) => $"images2/{stem}{_chips.Extension}";
}
