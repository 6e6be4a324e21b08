using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>
/// A folder of labelled chips: an export of this module or of ArcGIS (map.txt and the two JSON files), or a plain folder of images
/// with Pascal VOC files beside them or in a folder of their own.
/// </summary>
internal sealed class TrainingFolder
{
    private TrainingFolder(string path, string datasetType, IReadOnlyList<ClassDefinition> classes, IReadOnlyList<ChipEntry> chips, DatasetDescription description)
    {
        (Path, DatasetType, Classes, Chips) = (path, datasetType, classes, chips);
        IsMapSpace = !string.Equals(description.ImageSpaceUsed, "PIXEL_SPACE", StringComparison.OrdinalIgnoreCase);
        SpaceKey = IsMapSpace ? description.SpaceKey : null;
    }

    public string Path { get; }

    public string DatasetType { get; }

    /// <summary>The folder's classes in its own values; found in the labels where no file lists them.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; }

    /// <summary>In the order of their image names.</summary>
    public IReadOnlyList<ChipEntry> Chips { get; }

    /// <summary>False where positions of chips are pixels of an image without georeference.</summary>
    public bool IsMapSpace { get; }

    /// <summary>The coordinate system that the folder names for chips which name none; null where it does not either.</summary>
    public string? SpaceKey { get; }

    /// <summary>That system; null where the folder names none, or one that cannot be told from its text.</summary>
    public SpatialReference? SpatialReference
    {
        get
        {
            try
            {
                return SpaceKey is null ? null : CoordinateSystems.FromName(SpaceKey, Path);
            }
            catch (LearnFormatException)
            {
                return null;
            }
        }
    }

    /// <summary>Reads lists, labels and image headers.</summary>
    /// <param name="datasetType">Null takes what the folder says; a plain folder says nothing.</param>
    /// <exception cref="LearnDataException">UnknownDataset, UnsupportedDataset, NoImages, or NoLabels.</exception>
    /// <exception cref="LearnFormatException">A list, a label or an image is damaged.</exception>
    public static TrainingFolder Open(
        string path, IFileSystem files, string? datasetType = null, Action<string>? warn = null, CancellationToken cancel = default)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!files.DirectoryExists(path))
        {
            throw files.FileExists(path)
                ? new LearnFormatException("is a file; training data are a folder, as Export-TrainingData makes one.", path)
                : new DirectoryNotFoundException($"There is no folder {path}.");
        }

        DatasetFiles found = DatasetFiles.Find(path, files);
        DatasetDescription description = DatasetDescription.Read(found, files);
        string type = datasetType ?? description.MetaDataMode ?? throw found.Unknown();
        if (type != MetadataFormats.PascalVocRectangles)
        {
            throw new LearnDataException(
                "UnsupportedDataset", $"{path} is of type {type}; {MetadataFormats.PascalVocRectangles} can be read.", path);
        }

        WarningTally tally = new();
        IReadOnlyList<ChipPair> pairs = found.MapPath is null ? PlainFolder.Pair(found, files, tally) : MapFile.Read(found, files, tally);
        ChipEntry[] chips = ChipListing.Read(pairs, description.Classes, files, tally, cancel);
        tally.Tell(warn, path);
        return new TrainingFolder(path, type, description.Classes ?? ClassesOf(chips), chips, description);
    }

    /// <summary>Classes by name in ordinal order where no file numbers them.</summary>
    private static ClassDefinition[] ClassesOf(ChipEntry[] chips) =>
    [
        .. chips.SelectMany(c => c.Boxes).Select(b => b.ClassName).Distinct().Order(StringComparer.Ordinal)
            .Select((name, i) => new ClassDefinition(i + 1, name, [-1, -1, -1])),
    ];
}
