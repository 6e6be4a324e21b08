using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// A model's folder: it lists the files that lie in it, not those of folders within, which can be found by name. A file that is a link, or lies behind one, is not taken:
/// it is one of another place.
/// </summary>
internal sealed class FolderContent : IPackageContent
{
    private readonly string _folder;
    private readonly IFileSystem _files;

    /// <param name="only">The one definition that counts; null for any.</param>
    public FolderContent(string folder, string? only, IFileSystem files)
    {
        (_folder, _files) = (folder, files);
        Names = [.. files.EnumerateFiles(folder)
            .Select(Path.GetFileName)
            .OfType<string>()
            .Where(name => name == only || (!name.StartsWith('.') && (only is null || !ModelPackageReader.IsDefinition(name))))
            .Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Names { get; }

    public string? Find(string name)
    {
        string? found = _files.FileExists(PathOf(name)) ? name : Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        if (found is not null)
        {
            RequireNoLink(_files, _folder, found);
        }

        return found;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public string Show(string name) => SafeText.ShowPath(PathOf(name));

    /// <exception cref="LearnFormatException">The file is a link, or lies behind one.</exception>
    public static void RequireNoLink(IFileSystem files, string folder, string name)
    {
        if (FolderLinks.Find(files, folder, name) is var (link, target))
        {
            throw new LearnFormatException($"is a link to {SafeText.ShowPath(target)}, which is not followed: put the file itself there, or give the model where it lies.", SafeText.ShowPath(link));
        }
    }

    public void Copy(string name, Stream destination, CancellationToken cancel)
    {
        RequireNoLink(_files, _folder, name);
        using Stream source = _files.OpenRead(PathOf(name));
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            destination.Write(buffer, 0, read);
        }
    }

    public void Dispose()
    {
    }
}
