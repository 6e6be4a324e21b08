using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>Puts several files into a folder at once: all of them, or none and the old ones back.</summary>
internal static class FileSwap
{
    /// <param name="stage">A folder in <paramref name="folder"/> that holds the new files; the old ones end there.</param>
    /// <param name="names">Of all files that belong together, '/' between parts; one that <paramref name="stage"/> lacks goes.</param>
    public static void Replace(IFileSystem files, string stage, string folder, IReadOnlyList<string> names)
    {
        Stack<(string From, string To)> done = new();
        List<string> made = [];
        try
        {
            // All old ones go before the first new one comes, so that nobody reads new weights by an old definition.
            foreach (string name in names.Where(name => files.FileExists(Path.Combine(folder, name))))
            {
                files.CreateDirectory(Path.GetDirectoryName(Path.Combine(stage, name))!);
                Move(Path.Combine(folder, name), Path.Combine(stage, name + ".old"));
            }

            foreach (string name in names.Where(name => files.FileExists(Path.Combine(stage, name))))
            {
                string place = Path.GetDirectoryName(Path.Combine(folder, name))!;
                if (!files.DirectoryExists(place))
                {
                    made.Add(place);
                    files.CreateDirectory(place);
                }

                Move(Path.Combine(stage, name), Path.Combine(folder, name));
            }
        }
        catch (Exception e)
        {
            Undo(files, done, stage, e);
            made.ForEach(place => ModelPackager.TryDeleteDirectory(files, place));
            ModelPackager.TryDeleteDirectory(files, stage);
            throw;
        }

        void Move(string from, string to)
        {
            files.Move(from, to, overwrite: false);
            done.Push((from, to));
        }
    }

    private static void Undo(IFileSystem files, Stack<(string From, string To)> done, string stage, Exception cause)
    {
        while (done.TryPop(out (string From, string To) move))
        {
            try
            {
                files.Move(move.To, move.From, overwrite: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"{cause.Message} The files that were to be replaced could not be put back: they are in {stage}.", cause);
            }
        }
    }
}
