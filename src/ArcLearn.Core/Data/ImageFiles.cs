using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>Which files are images, by their names.</summary>
internal static class ImageFiles
{
    private static readonly string[] s_extensions = [".tif", ".tiff", ".png", ".jpg", ".jpeg"];

    /// <summary>For messages.</summary>
    public static string Extensions => string.Join(", ", s_extensions);

    public static bool IsImage(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The images that lie in a folder itself, in the order of their paths.</summary>
    public static IReadOnlyList<string> In(string folder, IFileSystem files) => [.. files.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)];

    /// <summary>The image whose path is a stem and any of the extensions; null where there is none.</summary>
    public static string? Named(string stem, FolderListing listing) => s_extensions.Select(extension => stem + extension).FirstOrDefault(listing.Holds);

    /// <summary>The images of a folder in the order of their paths.</summary>
    /// <param name="isRecursive">Whether those of the folders below belong to it; links to folders are not followed.</param>
    public static IReadOnlyList<string> Find(string folder, bool isRecursive) =>
    [
        .. Directory.EnumerateFiles(folder, "*", new EnumerationOptions
        {
            RecurseSubdirectories = isRecursive, IgnoreInaccessible = false, AttributesToSkip = isRecursive ? FileAttributes.ReparsePoint : FileAttributes.None,
        }).Where(IsImage).Order(StringComparer.Ordinal),
    ];
}
