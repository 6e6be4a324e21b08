using System.Globalization;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>Makes one bunch of one or several training folders.</summary>
internal static class DataBunchBuilder
{
    /// <exception cref="LearnArgumentException">An option makes no sense with this data.</exception>
    /// <exception cref="LearnDataException">UnknownDataset, UnsupportedDataset, NoImages, NoLabels, MixedChips or SplitImpossible.</exception>
    /// <exception cref="LearnFormatException">A file of a folder is damaged.</exception>
    public static IChipData Build(DataBunchOptions options, CancellationToken cancel = default)
    {
        Check(options);
        List<TrainingFolder> folders = [.. options.Paths.Select(p => TrainingFolder.Open(
            p, options.Files, options.DatasetType, options.Warn, new ListingOptions(options.ResizeTo, options.SkipDamaged), cancel))];
        LabelContent content = CheckOneKind(folders);
        ClassTable classes = ClassTable.Join([.. folders.Select(f => f.Classes)], options.ClassMapping, options.Warn, options.IgnoredClasses);
        LabelledChips labelled = LabelledChips.Of(folders, classes, content, options.Warn);
        IReadOnlyList<ChipEntry> chips = labelled.Chips;
        if (chips.Count == 0)
        {
            throw new LearnDataException("NoImages", $"No chip of {string.Join(", ", options.Paths)} can be used; the warnings say why.", folders[0].Path);
        }

        if (content != LabelContent.None && labelled.Labels.All(l => l.Length == 0))
        {
            throw new LearnDataException(
                "NoLabels", $"None of the {chips.Count} chip(s) has {labelled.Thing} of the classes {string.Join(", ", classes.Classes)}.", folders[0].Path);
        }

        CheckAlike(chips);
        foreach (TrainingFolder folder in folders)
        {
            options.Inform?.Invoke(
                $"Opened {folder.Path}: {folder.Chips.Count} chip(s) of {folder.DatasetType}, {chips[0].Bands} band(s) of {chips[0].SampleType}, {(folder.IsMapSpace ? folder.SpaceKey ?? "no coordinate reference system" : "no georeference")}, classes {string.Join(", ", folder.Classes.Select(c => c.Name))}.");
        }

        ChipSplit split = BunchSplit.Split(options, folders, labelled);
        BunchSplit.TellMissing(options, classes.Classes, labelled, split);
        int chipSize = options.ChipSize ?? Math.Min(DataBunchOptions.DefaultChipSize, CommonSide(chips));
        int workers = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        MemoryBudget budget = new(options.CacheBytes);
        ChipStore store = new(chips, options.Files, budget);
        (Normalization normalization, SampleTables tables) = BunchScaling.Normalize(options, chips, split, store, workers, cancel);
        (double? cellSize, PixelGround? ground) = CellSize(folders, chipSize);
        string size = ground?.Metres is { } metres ? $", pixels of {PixelGround.Describe(metres)}" : "";
        options.Inform?.Invoke(
            $"Chips of {chipSize} pixels{size}, batches of {BatchSize(options with { Warn = null }, split)}, {workers} reading thread(s), samples scaled by {(normalization.Scale == 1 ? "their own statistics" : "ImageNet's statistics")}.");
        ChipSet set = new(store, chips, split, normalization, tables, workers)
        {
            CellSize = cellSize,
            Ground = ground,
            Paths = [.. folders.Select(f => f.Path)],
            DatasetType = string.Join(", ", folders.Select(f => f.DatasetType).Distinct()),
            Classes = classes.Classes,
            ChipSize = chipSize,
            BatchSize = BatchSize(options, split),
            Seed = options.Seed,
            Transform = options.Transform ?? UsualTransform.For(content, chips[0]),
        };
        return labelled.Serve(set, folders, classes, options.Files, budget);
    }

    private static void Check(DataBunchOptions options)
    {
        if (options.Paths.Count == 0)
        {
            throw new LearnArgumentException("Path", "There is no training folder to read.");
        }

        if (options.ValidationFraction is not (>= 0 and <= 1))
        {
            throw new LearnArgumentException(
                "ValidationFraction", string.Create(CultureInfo.InvariantCulture, $"{options.ValidationFraction} is no share of the chips; it lies between 0 and 1."));
        }

        if (options.ChipSize is < 8 or > 8192)
        {
            throw new LearnArgumentException("ChipSize", $"A chip of {options.ChipSize} pixels cannot be served; 8 to 8192 can.");
        }

        if (options.ResizeTo is < 8 or > 8192)
        {
            throw new LearnArgumentException("ResizeTo", $"A chip cannot be resized to {options.ResizeTo} pixels; to 8 to 8192 it can.");
        }

        if (options.IsStratified && options.Split == DataSplit.Spatial)
        {
            throw new LearnArgumentException(
                "Stratified", "A stratified split draws chips by their classes, wherever they lie: it goes with -Split Random or Auto, not Spatial.", LearnArgumentException.ParameterMix);
        }

        if (options.BatchSize is < 1)
        {
            throw new LearnArgumentException("BatchSize", $"A batch of {options.BatchSize} chips cannot be made; it needs at least 1.");
        }
    }

    private static LabelContent CheckOneKind(List<TrainingFolder> folders)
    {
        TrainingFolder first = folders[0];
        return folders.Find(f => f.Content != first.Content) is TrainingFolder other
            ? throw new LearnDataException(
                "MixedDatasets", $"{first.Path} is {first.DatasetType} and {other.Path} is {other.DatasetType}: labels of two kinds make no bunch. Give folders of one kind.", other.Path)
            : first.Content;
    }

    private static void CheckAlike(IReadOnlyList<ChipEntry> chips)
    {
        if (chips.FirstOrDefault(c => c.Bands != chips[0].Bands || c.SampleType != chips[0].SampleType) is ChipEntry other)
        {
            throw new LearnDataException(
                "MixedChips",
                $"{other.ImagePath} has {other.Bands} band(s) of {other.SampleType}, {chips[0].ImagePath} has {chips[0].Bands} of {chips[0].SampleType}: one model reads chips that are all alike.",
                other.ImagePath);
        }
    }

    /// <summary>The shorter side that most chips have; the smaller of two that are as frequent.</summary>
    private static int CommonSide(IReadOnlyList<ChipEntry> chips) =>
        chips.GroupBy(c => Math.Min(c.Width, c.Height)).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;

    private static int BatchSize(DataBunchOptions options, ChipSplit split)
    {
        int chips = split.Training.Length;
        if (options.BatchSize is int asked)
        {
            return chips == 0 || asked <= chips ? asked : throw new LearnArgumentException(
                "BatchSize", $"A batch of {asked} is larger than the {chips} training chip(s); use -BatchSize {chips} or less, or a smaller -ValidationFraction.");
        }

        if (chips is > 0 and < DataBunchOptions.DefaultBatchSize)
        {
            options.Warn?.Invoke($"There are {chips} training chip(s) only, so a batch holds {chips} instead of {DataBunchOptions.DefaultBatchSize}.");
            return chips;
        }

        return DataBunchOptions.DefaultBatchSize;
    }

    /// <summary>The median over chips that lie on a map, as the network sees them: a chip that is enlarged has finer pixels.</summary>
    private static (double? MapUnits, PixelGround? Ground) CellSize(List<TrainingFolder> folders, int chipSize)
    {
        List<(double Size, double Enlarged, ChipEntry Chip, TrainingFolder Folder)> sizes = [];
        foreach (TrainingFolder folder in folders.Where(f => f.IsMapSpace))
        {
            foreach (ChipEntry chip in folder.Chips.Where(c => c.Transform is not null))
            {
                double enlarged = Math.Max(1, (double)chipSize / Math.Min(chip.Width, chip.Height));
                sizes.Add((PixelGround.MapUnits(chip.Transform!.Value).X / enlarged, enlarged, chip, folder));
            }
        }

        if (sizes.Count == 0)
        {
            return (null, null);
        }

        sizes.Sort((a, b) => a.Size.CompareTo(b.Size));
        (double size, double factor, ChipEntry median, TrainingFolder from) = sizes[sizes.Count / 2];
        PixelGround ground = PixelGround.Of(median.Transform!.Value, median.Width, median.Height, median.SpatialReference ?? from.SpatialReference);
        return (size, ground with { Metres = ground.Metres is { } metres ? new GroundSize(metres.X / factor, metres.Y / factor) : null });
    }
}
