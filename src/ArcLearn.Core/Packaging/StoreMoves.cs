using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// Moves complete models to and from their places in the store. All of it in the store's turn (<see cref="StoreLock"/>). A process that is killed between
/// two moves leaves the old model beside its place, under a name by which it is found and brought back.
/// </summary>
internal static class StoreMoves
{
    private const string ReplacedEnding = ".replaced";

    /// <summary>The folders of models, in order of their names.</summary>
    public static IReadOnlyList<string> Models(IFileSystem files, string root) =>
    [
        .. files.EnumerateDirectories(root).Where(folder => Path.GetFileName(folder)[0] != '.').Order(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The one of a name in any case, in the very case before others; null where there is none.</summary>
    public static string? Find(IEnumerable<string> models, string name) => models
        .Where(folder => string.Equals(Path.GetFileName(folder), name, StringComparison.OrdinalIgnoreCase))
        .OrderByDescending(folder => Path.GetFileName(folder) == name)
        .FirstOrDefault();

    /// <summary>Moves a complete model to its place.</summary>
    /// <returns>The model's folder.</returns>
    /// <param name="discarded">What it replaced, under hidden names, to be deleted.</param>
    /// <exception cref="ModelExistsException">One of that name is there and <paramref name="force"/> is not given.</exception>
    public static string Publish(IFileSystem files, string root, string stage, string name, bool force, out IReadOnlyList<string> discarded)
    {
        string target = Path.Combine(root, name);
        string? existing = Find(Models(files, root), name);
        if (existing is null)
        {
            files.MoveDirectory(stage, target);
        }
        else if (!force)
        {
            throw new ModelExistsException(name);
        }
        else
        {
            string aside = AsideName(existing);
            files.MoveDirectory(existing, aside);
            try
            {
                files.MoveDirectory(stage, target);
            }
            catch
            {
                files.MoveDirectory(aside, existing);
                throw;
            }
        }

        discarded = Discard(files, root, name);
        return target;
    }

    /// <summary>Takes a model away.</summary>
    /// <returns>It, and what killed installs had put aside of it (else that would come back), under hidden names, to be deleted.</returns>
    /// <exception cref="DirectoryNotFoundException">Another process took it already.</exception>
    public static IReadOnlyList<string> Remove(IFileSystem files, string folder)
    {
        string root = Path.GetDirectoryName(folder)!;
        string trash = FileSystemExtensions.PartialName(folder);
        IReadOnlyList<string> older = Discard(files, root, Path.GetFileName(folder));
        files.MoveDirectory(folder, trash);
        return [.. older, trash];
    }

    /// <summary>Whether a killed install, or one at this moment, left a model beside its empty place.</summary>
    public static bool NeedsRecovery(IFileSystem files, string root) => Lost(files, root).Any();

    /// <summary>Brings such models back.</summary>
    public static void Recover(IFileSystem files, string root)
    {
        foreach ((string aside, string name) in Lost(files, root).ToList())
        {
            files.MoveDirectory(Path.Combine(root, aside), Path.Combine(root, name));
        }
    }

    /// <summary>The newest that was put aside of each model whose place is empty.</summary>
    private static IEnumerable<(string Aside, string Name)> Lost(IFileSystem files, string root)
    {
        string[] names = [.. files.EnumerateDirectories(root).Select(folder => Path.GetFileName(folder))];
        return names.Where(IsReplaced)
            .Select(aside => (aside, aside[1..^(ReplacedEnding.Length + 9)]))
            .Where(pair => !names.Contains(pair.Item2, StringComparer.OrdinalIgnoreCase))
            .DistinctBy(pair => pair.Item2, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Gives what was put aside of a model names that stand for nothing: one that is half deleted must not be brought back.</summary>
    private static List<string> Discard(IFileSystem files, string root, string name)
    {
        List<string> discarded = [];
        foreach (string folder in files.EnumerateDirectories(root).Where(folder => Path.GetFileName(folder) is string aside
            && IsReplaced(aside) && aside[1..^(ReplacedEnding.Length + 9)].Equals(name, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            string trash = FileSystemExtensions.PartialName(Path.Combine(root, name));
            try
            {
                files.MoveDirectory(folder, trash);
                discarded.Add(trash);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The new model is in its place, so that this one does not come back; the next install tries again.
            }
        }

        return discarded;
    }

    /// <summary>Hidden as work in progress is, but named for what it holds: a whole model, which must not be lost.</summary>
    private static string AsideName(string folder) => Path.ChangeExtension(FileSystemExtensions.PartialName(folder), null) + ReplacedEnding;

    /// <summary>.(name).(8 hexadecimal digits).replaced</summary>
    private static bool IsReplaced(string name) =>
        name.Length > ReplacedEnding.Length + 10 && name[0] == '.' && name.EndsWith(ReplacedEnding, StringComparison.Ordinal)
        && name[^(ReplacedEnding.Length + 9)] == '.' && name[^(ReplacedEnding.Length + 8)..^ReplacedEnding.Length].All(char.IsAsciiHexDigit);
}
