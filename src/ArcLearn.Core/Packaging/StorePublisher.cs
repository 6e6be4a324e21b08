using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>Moves a complete model to its place in the store, against others who may do the same at this moment.</summary>
internal static class StorePublisher
{
    private const int Attempts = 50;

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

                    string aside = FileSystemExtensions.PartialName(Path.Combine(root, Path.GetFileName(existing)));
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

        replaced.ForEach(each => ModelPackager.TryDeleteDirectory(files, each.Aside));
        return target;
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
