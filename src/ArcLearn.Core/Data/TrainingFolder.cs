using ArcLearn.Core.Crs;
using ArcLearn.Core.Data.Labels;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>
/// A folder of labelled chips: an export of this module or of ArcGIS (map.txt and the two JSON files), or a plain folder of images
/// with their labels.
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

    /// <summary>One of <see cref="MetadataFormats"/>.</summary>
    public string DatasetType { get; }

    /// <summary>What the labels hold.</summary>
    public LabelContent Content => MetadataFormats.ContentOf(DatasetType)!.Value;

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
    /// <param name="datasetType">Null takes what the folder says, or what its files show.</param>
    /// <exception cref="LearnDataException">UnknownDataset, UnsupportedDataset, NoImages, or NoLabels.</exception>
    /// <exception cref="LearnFormatException">A list, a label or an image is damaged.</exception>
    public static TrainingFolder Open(
        string path, IFileSystem files, string? datasetType = null, Action<string>? warn = null, ListingOptions listing = default, CancellationToken cancel = default)
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
        string type = DatasetFormats.Resolve(datasetType, description.MetaDataMode, found, files);
        WarningTally tally = new();
        DatasetReader reader = DatasetFormats.Open(type, new DatasetContext(found, description.Classes, files, tally));
        ChipEntry[] chips = ChipListing.Read(reader, files, listing, warn is null ? null : text => warn($"{path}: {text}"), cancel);
        tally.Tell(warn, path);
        return new TrainingFolder(path, type, reader.Classes ?? reader.ClassesOf(chips), chips, description);
    }
}
