using ArcLearn.Core.Chips.Metadata;

namespace ArcLearn.Core.Chips;

/// <summary>Cuts rasters and their labels into a folder of training chips, as the export tool of ArcGIS lays it out.</summary>
internal static class TrainingDataExporter
{
    /// <summary>Writes the folder; it appears under its name only when complete. One that a killed run left is gone on with.</summary>
    /// <exception cref="LearnArgumentException">An option makes no sense, or the chip format cannot hold the raster's samples.</exception>
    /// <exception cref="LearnDataException">
    /// LabelsOutside, NoLabels, NoChips, UnknownClass, MixedRasters, ClassConflict, ClassNameInvalid, OutputMismatch (Append to another kind of folder), OutputBusy, or
    /// ResumeMismatch.
    /// </exception>
    /// <exception cref="OutputExistsException">The folder is there already and holds something.</exception>
    /// <returns>Null where <see cref="ExportContext.Confirm"/> declined.</returns>
    public static TrainingDataInfo? Export(ExportOptions options, ExportContext context, CancellationToken cancel)
    {
        options = ExportCheck.Run(options);
        string output = OutputFolder.Check(context.Files, options.OutputFolder, Existing(options));
        bool isExtended = options.Append && OutputFolder.HoldsSomething(context.Files, output);
        ExistingExport?[] existing = [.. Sides(options).Select(side => isExtended ? ExistingExport.Read(context.Files, Path.Combine(output, side.Name)) : null)];
        foreach (ExistingExport older in existing.OfType<ExistingExport>())
        {
            ExportCheck.RequireSame(options, older, output);
            options = options with { Classes = ClassJoin.Extend(older.Classes, options.Classes) };
        }

        Dictionary<string, int> skipped = new(options.SkippedLabels);
        List<FolderExport> folders = [];
        int tiles = 0;
        foreach ((string name, IReadOnlyList<ExportSource> sources) in Sides(options))
        {
            folders.Add(new FolderExport(name, options, sources, context, skipped, existing[folders.Count], tiles));
            tiles = checked(tiles + folders[^1].Tiles);
        }

        Dictionary<string, string> inputs = ExportInputs.Of(options, existing, context.Files);
        string partial = OutputFolder.PartialOf(output);
        bool isContinued = ExportJournal.CanContinue(context.Files, partial, inputs, options.Force);
        context.Inform?.Invoke(
            $"Cutting {tiles} tile(s) of {options.TileWidth} by {options.TileHeight} pixels, {options.StrideX} and {options.StrideY} apart, "
            + $"into {options.Format} chips in {options.OutputFolder}{(options.ExportAllTiles ? "" : "; tiles without objects are left out")}.");
        if (context.Confirm?.Invoke() == false)
        {
            return null;
        }

        if (!isContinued)
        {
            ExportJournal.Clear(context.Files, partial);
        }

        using OutputFolder folder = new(context.Files, output, Existing(options));
        using (ExportJournal journal = new(context.Files, folder.Partial, inputs))
        {
            if (journal.Count > 0)
            {
                context.Inform?.Invoke($"{journal.Count} chip(s) of an export that was ended before its time are there already.");
            }

            foreach (FolderExport part in folders)
            {
                part.Write(folder.Partial, journal, cancel);
            }

            cancel.ThrowIfCancellationRequested();
            journal.Complete();
        }

        folder.Complete();
        folders.ForEach(part => part.Tell(skipped));
        return new TrainingDataInfo
        {
            Path = folder.Path,
            MetadataFormat = options.MetadataFormat,
            Images = folders.Sum(f => f.Statistics.Images),
            Features = folders.Sum(f => f.Statistics.Features),
            TileWidth = options.TileWidth,
            TileHeight = options.TileHeight,
            Bands = options.Sources[0].Raster.Bands,
            Classes = folders[0].Statistics.Counted == CountedLabels.None ? [] : options.Classes,
            Skipped = skipped,
        };
    }

    private static ExistingOutput Existing(ExportOptions options) =>
        options.Append ? ExistingOutput.Extend : options.Force ? ExistingOutput.Replace : ExistingOutput.Refuse;

    /// <summary>The folders of an export and what goes into each: one, or two sides of unpaired images.</summary>
    private static IEnumerable<(string Name, IReadOnlyList<ExportSource> Sources)> Sides(ExportOptions options) =>
        options.MetadataFormat == MetadataFormats.CycleGan ? [("A", options.Sources), ("B", options.OtherSources)] : [("", options.Sources)];
}
