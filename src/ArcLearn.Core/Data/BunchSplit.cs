using System.Globalization;

namespace ArcLearn.Core.Data;

/// <summary>Parts a bunch's chips as its options say, and tells how it went.</summary>
internal static class BunchSplit
{
    /// <exception cref="LearnDataException">SplitImpossible.</exception>
    public static ChipSplit Split(DataBunchOptions options, List<TrainingFolder> folders, LabelledChips labelled)
    {
        IReadOnlyList<ChipEntry> chips = labelled.Chips;
        if (options.Split == DataSplit.Random && !options.IsStratified)
        {
            return ChipSplit.Random(chips.Count, options.ValidationFraction, options.Seed);
        }

        Footprint[] footprints = [.. chips.Select((c, i) => Footprint.Of(c, folders[labelled.Folders[i]], labelled.Folders[i]))];
        if (options.IsStratified)
        {
            if (options.Split == DataSplit.Auto && ChipGroups.Overlapping(footprints) is > 0 and int overlapping)
            {
                options.Warn?.Invoke(
                    $"{overlapping} chips overlap another and were split by their classes, not by place: the validation looks better than it is. Without -Stratified they are split by place.");
            }

            return StratifiedSplit.Split(labelled.Labels, options.ValidationFraction, options.Seed);
        }

        int homeless = footprints.Count(f => f.Bounds is null);
        if (homeless == chips.Count)
        {
            if (options.ValidationFraction is > 0 and < 1)
            {
                options.Warn?.Invoke(
                    "The chips have no georeference, so they were split at random: where neighbouring chips overlap, the validation looks better than it is.");
            }

            return ChipSplit.Random(chips.Count, options.ValidationFraction, options.Seed);
        }

        if (homeless > 0)
        {
            options.Warn?.Invoke($"{homeless} of {chips.Count} chips have no georeference; they were split at random beside the others.");
        }

        ChipSplit split = SpatialSplit.Split(footprints, options.ValidationFraction, options.Seed);
        Tell(options, split);
        return split;
    }

    private static void Tell(DataBunchOptions options, ChipSplit split)
    {
        int kept = split.Training.Length + split.Validation.Length;
        double reached = (double)split.Validation.Length / kept;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"Split by space: {split.Training.Length} training and {split.Validation.Length} validation chips ({100 * reached:0.#} %; {100 * options.ValidationFraction:0.#} % were asked for), {split.Dropped} dropped because they overlap the validation chips.");
        bool isTold = split.Dropped > 0 || Math.Abs(reached - options.ValidationFraction) > 0.05;
        (isTold ? options.Warn : options.Inform)?.Invoke(text);
    }

    /// <summary>A class that is on one side only can be trained but not measured, or the other way round.</summary>
    public static void TellMissing(DataBunchOptions options, IReadOnlyList<ClassDefinition> classes, LabelledChips labelled, ChipSplit split)
    {
        foreach ((string side, int[] chips) in new[] { ("training", split.Training), ("validation", split.Validation) })
        {
            HashSet<int> seen = [.. chips.SelectMany(i => labelled.Labels[i])];
            string[] missing = [.. classes.Where((_, i) => !seen.Contains(i + 1)).Select(c => c.Name)];
            if (chips.Length > 0 && missing.Length > 0)
            {
                string remedy = side == "training" && !options.IsStratified ? " They cannot be learnt so: -Stratified spreads each class over both sides, another -Seed draws other chips." : string.Empty;
                options.Warn?.Invoke($"{missing.Length} class(es) have {labelled.NoThing} among the {side} chips: {string.Join(", ", missing)}.{remedy}");
            }
        }
    }
}
