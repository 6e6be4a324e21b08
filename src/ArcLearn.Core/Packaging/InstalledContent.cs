using System.Globalization;
using System.Security.Cryptography;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>An installed model: the files that its record names, each compared with its recorded hash before it is used.</summary>
internal sealed class InstalledContent : IPackageContent
{
    private readonly string _folder;
    private readonly IFileSystem _files;
    private readonly Dictionary<string, InstalledFile> _members;

    public InstalledContent(string folder, InstallRecord record, IFileSystem files)
    {
        (_folder, Record, _files) = (folder, record, files);
        _members = record.Files.DistinctBy(file => file.Name, StringComparer.Ordinal).ToDictionary(file => file.Name, StringComparer.Ordinal);
        Names = [.. _members.Keys.Order(StringComparer.Ordinal)];
    }

    public InstallRecord Record { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The model in a folder; null where the folder has no record of an install.</summary>
    public static InstalledContent? TryOpen(string folder, IFileSystem files)
    {
        string record = Path.Combine(folder, InstallRecord.FileName);
        try
        {
            return files.FileExists(record) ? new InstalledContent(folder, InstallRecord.Read(files, record), files) : null;
        }
        catch (LearnFormatException)
        {
            return null;                                            // some other program's file of that name
        }
    }

    public string? Find(string name) => _members.ContainsKey(name)
        ? name
        : Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));

    public string PathOf(string name) => Path.Combine(_folder, name);

    public string Show(string name) => SafeText.ShowPath(PathOf(name));

    /// <summary>Whether all files are there, of the length that they had; quick, as a list must be.</summary>
    /// <exception cref="LearnFormatException">One is not.</exception>
    public void CheckLengths()
    {
        foreach (string name in Names)
        {
            using Stream stream = Open(name);
        }
    }

    public void Check(string name, CancellationToken cancel)
    {
        using Stream stream = Open(name);
        Read(name, stream, Stream.Null, cancel);
    }

    public void Copy(string name, Stream destination, CancellationToken cancel)
    {
        using Stream stream = Open(name);
        Read(name, stream, destination, cancel);
    }

    public void Dispose()
    {
    }

    public static string Hex(byte[] hash) => string.Concat(hash.Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));

    private Stream Open(string name)
    {
        string path = PathOf(name);
        if (!_files.FileExists(path))
        {
            throw new LearnFormatException("is missing from the installed model. Install it again with -Force.", path);
        }

        Stream stream = _files.OpenRead(path);
        if (stream.Length == _members[name].Length)
        {
            return stream;
        }

        long length = stream.Length;
        stream.Dispose();
        throw new LearnFormatException($"was altered since the model was installed: it has {length} bytes instead of {_members[name].Length}. Install the model again with -Force.", path);
    }

    private void Read(string name, Stream source, Stream destination, CancellationToken cancel)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            destination.Write(buffer, 0, read);
        }

        string found = Hex(hash.GetHashAndReset());
        if (found != _members[name].Sha256)
        {
            throw new LearnFormatException(
                $"was altered since the model was installed: its SHA-256 is {found}, and {_members[name].Sha256} was recorded. Install the model again with -Force.", PathOf(name));
        }
    }
}
