using System.Text;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>A definition in memory and the file of weights that it names, wherever that lies, as if both lay in one folder: what New-LearnModel -Json makes.</summary>
internal sealed class DefinitionContent : IPackageContent
{
    private readonly string _definition;
    private readonly byte[] _text;
    private readonly string? _weights;
    private readonly IFileSystem _files;

    /// <param name="weights">The file's path; null where the definition names none.</param>
    /// <exception cref="LearnFormatException">The text is no definition.</exception>
    public DefinitionContent(string name, string json, string? weights, IFileSystem files)
    {
        (_definition, _weights, _files) = (name + ".emd", weights, files);
        string? file = Path.GetFileName(weights);
        _text = Encoding.UTF8.GetBytes(file is null ? json : ModelDefinitionParser.WithModelFile(Show(_definition), json, file));
        Names = file is not null && files.FileExists(weights!) ? [_definition, file] : [_definition];
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Beside the weights, files count that these name.</summary>
    public string? Find(string name)
    {
        if (Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) is string listed)
        {
            return listed;
        }

        if (PathOf(name) is not string path || !_files.FileExists(path))
        {
            return null;
        }

        FolderContent.RequireNoLink(_files, Path.GetDirectoryName(_weights)!, name);
        return name;
    }

    public string? PathOf(string name) => name == _definition || _weights is null ? null : Path.Combine(Path.GetDirectoryName(_weights)!, name);

    public string Show(string name) => name == _definition ? $"the definition '{Path.GetFileNameWithoutExtension(_definition)}'" : SafeText.ShowPath(PathOf(name)!);

    public void Copy(string name, Stream destination, CancellationToken cancel)
    {
        using Stream source = name == _definition ? new MemoryStream(_text) : _files.OpenRead(PathOf(name)!);
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
