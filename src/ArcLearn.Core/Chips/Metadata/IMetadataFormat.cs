namespace ArcLearn.Core.Chips.Metadata;

/// <summary>What the statistics of a folder count.</summary>
internal enum CountedLabels
{
    /// <summary>Nothing: there are no labels.</summary>
    None,

    /// <summary>Objects and their areas.</summary>
    Features,

    /// <summary>Pixels of each class.</summary>
    Pixels,
}

/// <summary>
/// How a metadata format lays out images and labels. One instance serves a run; the members but <see cref="Finish"/> are called by many
/// threads at once.
/// </summary>
internal interface IMetadataFormat
{
    CountedLabels Counted { get; }

    /// <summary>Whether labels that are objects make a chip each, not the tiles of a grid.</summary>
    bool IsPerObject => false;

    /// <summary>Whether class names become folders.</summary>
    bool HasClassFolders => false;

    /// <summary>Whether the chip shows a label that can be written.</summary>
    bool HasLabels(LabelledChip chip);

    /// <summary>What counts as the chip's objects.</summary>
    IReadOnlyList<ChipObject> ObjectsOf(LabelledChip chip) => chip.Labels.Objects;

    /// <summary>The folder of the image, from the export's own, with '/' between its parts.</summary>
    string ImageFolder(LabelledChip chip) => "images";

    /// <summary>The label files of a chip, from the export's folder, with '/' between their parts.</summary>
    IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem);

    /// <summary>Writes what <see cref="LabelFiles"/> names.</summary>
    void Write(LabelledChip chip, ChipWriter to);

    /// <summary>A text about the chip that <see cref="Finish"/> gets, in the order of the chips; null for none.</summary>
    string? Note(LabelledChip chip, int number, string imageFile) => null;

    /// <summary>Texts of the files beside the images, by name.</summary>
    /// <param name="notes">Of the chips of this folder, those of an older export in it first.</param>
    IEnumerable<(string Name, string Text)> Finish(IReadOnlyList<string> notes) => [];
}
