using System.Text;

namespace ArcLearn.Core.IO;

/// <summary>What every writer needs on top of <see cref="IFileSystem"/>.</summary>
internal static class FileSystemExtensions
{
    private const string PartialExtension = ".partial";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static byte[] ReadAllBytes(this IFileSystem files, string path)
    {
        using Stream stream = files.OpenRead(path);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public static string ReadAllText(this IFileSystem files, string path)
    {
        using StreamReader reader = new(files.OpenRead(path), s_utf8);
        return reader.ReadToEnd();
    }

    /// <summary>Writes to a temporary name beside the file and moves it into place, so that no reader meets half a file.</summary>
    public static void WriteAtomically(this IFileSystem files, string path, Action<Stream> write)
    {
        string partial = PartialName(path);
        try
        {
            using (Stream stream = files.Create(partial))
            {
                write(stream);
                stream.Flush();
            }

            files.Move(partial, path, overwrite: true);
        }
        catch
        {
            TryDelete(files, partial);
            throw;
        }
    }

    public static void WriteAllText(this IFileSystem files, string path, string text) =>
        files.WriteAtomically(path, stream => stream.Write(s_utf8.GetBytes(text)));

    /// <summary>Says early, and in the user's terms, that a file cannot be made where no folder is.</summary>
    /// <exception cref="DirectoryNotFoundException">The file's folder is not there, or is a file.</exception>
    public static void RequireFolderOf(this IFileSystem files, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!files.DirectoryExists(folder))
        {
            RequireNoFileAbove(files, path);
            throw new DirectoryNotFoundException($"There is no folder {folder} to write {Path.GetFileName(path)} to. Make it first, or choose another place.");
        }
    }

    /// <summary>The same for what makes its folders itself.</summary>
    /// <exception cref="DirectoryNotFoundException">A part of the path is a file.</exception>
    public static void RequireNoFileAbove(this IFileSystem files, string path)
    {
        path = Path.GetFullPath(path);
        for (string? above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
        {
            if (files.FileExists(above))
            {
                throw new DirectoryNotFoundException($"{above} is a file, so {path} cannot be made below it. Choose another place.");
            }
        }
    }

    /// <summary>A hidden name in the same folder: a move within one folder is atomic.</summary>
    public static string PartialName(string path) => Path.Combine(
        Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.{Guid.NewGuid().ToString("N")[..8]}{PartialExtension}");

    /// <summary>Whether a path has such a name.</summary>
    public static bool IsPartial(string path)
    {
        string name = Path.GetFileName(path);
        int dot = name.Length - PartialExtension.Length - 9;
        return dot > 0 && name[0] == '.' && name[dot] == '.' && name.EndsWith(PartialExtension, StringComparison.Ordinal)
            && name[(dot + 1)..^PartialExtension.Length].All(char.IsAsciiHexDigit);
    }

    /// <summary>The one such name of a file that is changed in place: held with <see cref="IFileSystem.Lock"/> it keeps others away, and what a killed process left under it the next one takes over.</summary>
    public static string UpdateName(string path) => Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.00000000{PartialExtension}");

    /// <summary>Removes what a killed process left under partial names of a file. Nobody else may be writing the file.</summary>
    public static void DeletePartials(this IFileSystem files, string path)
    {
        string sample = Path.GetFileName(PartialName(path));
        string start = $".{Path.GetFileName(path)}.";
        foreach (string file in files.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(path))!).ToArray())
        {
            string name = Path.GetFileName(file);
            if (name.Length == sample.Length && name.StartsWith(start, StringComparison.Ordinal) && name.EndsWith(PartialExtension, StringComparison.Ordinal))
            {
                TryDelete(files, file);
            }
        }
    }

    /// <summary>Cleans up after a failure: the failure itself is what the user must hear of, not that of the cleaning.</summary>
    public static void TryDelete(IFileSystem files, string path)
    {
        try
        {
            files.DeleteFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
