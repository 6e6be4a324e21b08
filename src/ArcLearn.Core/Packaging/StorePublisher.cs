using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>Moves a complete model to its place in the store, against others who may do the same at this moment.</summary>
internal static class StorePublisher
{
    private const int Attempts = 50;
    private const string ReplacedEnding = ".replaced";

    /// <returns>The model's folder.</returns>
    /// <param name="findFolder">The folder in a root that has a name in any case; null where there is none.</param>
    /// <exception cref="ModelExistsException">One is there and <paramref name="force"/> is not given.</exception>
    public static string Publish(
        IFileSystem files, string root, string stage, string name, bool force, Func<string, string, string?> findFolder)
    {
        string target = Path.Combine(root, name);
        List<(string From, string Aside)> replaced = [];
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                if (findFolder(root, name) is string existing)
                {
                    if (!force)
                    {
                        throw new ModelExistsException(name);
                    }

                    string aside = AsideName(existing);
                    if (TryMove(files, existing, aside))
                    {
                        replaced.Add((existing, aside));
                    }
                }

                try
                {
                    files.MoveDirectory(stage, target);
                    break;
                }
                catch (IOException) when (attempt < Attempts)
                {
                    // Another install was faster: it is answered, or replaced, in the next round. Whether its folder is
                    // there now says nothing: a third one may have moved it aside since.
                    Thread.Sleep(attempt > 5 ? 1 : 0);
                }
            }
        }
        catch
        {
            if (replaced.Count > 0 && findFolder(root, name) is null)
            {
                files.MoveDirectory(replaced[^1].Aside, replaced[^1].From);
                replaced.RemoveAt(replaced.Count - 1);
            }

            replaced.ForEach(each => ModelPackager.TryDeleteDirectory(files, each.Aside));
            throw;
        }

        Sweep(files, root, name);
        return target;
    }

    /// <summary>
    /// Brings back what an install that was killed between its two moves had put aside: a model whose place is empty. An install that is
    /// alive finds the old model in its place once more and puts it aside again.
    /// </summary>
    public static void Recover(IFileSystem files, string root)
    {
        string[] names = [.. files.EnumerateDirectories(root).Select(folder => Path.GetFileName(folder))];
        foreach (string aside in names.Where(IsReplaced))
        {
            string name = aside[1..^(ReplacedEnding.Length + 9)];
            try
            {
                if (names.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    continue;                                       // the new one is there; only the removal of this one was cut short
                }

                files.MoveDirectory(Path.Combine(root, aside), Path.Combine(root, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Someone else was faster, or may do it: a list is no place to fail for that.
            }
        }
    }

    /// <summary>Hidden as work in progress is, but named for what it holds: a whole model, which must not be lost.</summary>
    private static string AsideName(string folder) => Path.ChangeExtension(FileSystemExtensions.PartialName(folder), null) + ReplacedEnding;

    /// <summary>.(name).(8 hexadecimal digits).replaced</summary>
    private static bool IsReplaced(string name) =>
        name.Length > ReplacedEnding.Length + 10 && name[0] == '.' && name.EndsWith(ReplacedEnding, StringComparison.Ordinal)
        && name[^(ReplacedEnding.Length + 9)] == '.' && name[^(ReplacedEnding.Length + 8)..^ReplacedEnding.Length].All(char.IsAsciiHexDigit);

    /// <summary>Removes what installs that were killed had put aside of a model: else it would come back when that goes.</summary>
    public static void Sweep(IFileSystem files, string root, string name)
    {
        foreach (string folder in files.EnumerateDirectories(root).Where(folder => Path.GetFileName(folder) is string aside
            && IsReplaced(aside) && aside[1..^(ReplacedEnding.Length + 9)].Equals(name, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            ModelPackager.TryDeleteDirectory(files, folder);
        }
    }

    /// <summary>False where the folder went away in the meantime.</summary>
    private static bool TryMove(IFileSystem files, string source, string destination)
    {
        try
        {
            files.MoveDirectory(source, destination);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
