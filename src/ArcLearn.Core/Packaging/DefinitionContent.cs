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

    public string? Find(string name) => Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));

    public string? PathOf(string name) => name == _definition ? null : _weights;

    public string Show(string name) => name == _definition ? $"the definition '{Path.GetFileNameWithoutExtension(_definition)}'" : _weights!;

    public void Copy(string name, Stream destination, CancellationToken cancel)
    {
        using Stream source = name == _definition ? new MemoryStream(_text) : _files.OpenRead(_weights!);
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
