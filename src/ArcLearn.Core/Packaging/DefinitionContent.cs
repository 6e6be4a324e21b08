using System.Text;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>A definition in memory and the file of weights that it names, wherever that lies: what New-LearnModel -Json makes.</summary>
/// <param name="weights">The file's path; null where the definition names none.</param>
internal sealed class DefinitionContent(string name, string json, string? weights, IFileSystem files) : IPackageContent
{
    private readonly string _definition = name + ".emd";

    public IReadOnlyList<string> Names => Weights is null ? [_definition] : [_definition, Weights];

    public string? Weights { get; } = weights is null ? null : Path.GetFileName(weights);

    public string? Find(string name) => Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));

    public string? PathOf(string name) => name == _definition ? null : weights;

    public string Show(string name) => name == _definition ? $"the definition '{Path.GetFileNameWithoutExtension(_definition)}'" : weights!;

    public void Copy(string name, Stream destination, CancellationToken cancel)
    {
        if (name == _definition)
        {
            destination.Write(Encoding.UTF8.GetBytes(json));
            return;
        }

        using Stream source = files.OpenRead(weights!);
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
