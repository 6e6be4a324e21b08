namespace ArcLearn.Core.Data;

/// <summary>Which files are images, by their names.</summary>
internal static class ImageFiles
{
    private static readonly string[] s_extensions = [".tif", ".tiff", ".png", ".jpg", ".jpeg"];

    /// <summary>For messages.</summary>
    public static string Extensions => string.Join(", ", s_extensions);

    public static bool IsImage(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

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
