namespace ArcLearn.Core.IO;

/// <summary>Whether two names are of one file.</summary>
internal static class FilePlace
{
    // As many as Linux follows.
    private const int MostLinks = 40;

    /// <summary>Names are compared as the system does, after symbolic links; hard links are not seen.</summary>
    public static bool IsSame(string first, string second) => string.Equals(
        Resolve(first), Resolve(second), OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string Resolve(string path)
    {
        int left = MostLinks;
        return Resolve(Path.GetFullPath(path), ref left);
    }

    private static string Resolve(string path, ref int left)
    {
        if (Path.GetDirectoryName(path) is not string folder)
        {
            return path;
        }

        folder = Resolve(folder, ref left);
        path = Path.Combine(folder, Path.GetFileName(path));
        return left > 0 && Target(path) is string target && left-- > 0 ? Resolve(Path.GetFullPath(target, folder), ref left) : path;
    }

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
