namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>A folder of a test's own, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "arclearn-" + Guid.NewGuid().ToString("N"));

    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Writes a text file and returns its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Makes a folder and returns its path.</summary>
    public string Folder(string name) => Directory.CreateDirectory(PathOf(name)).FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
