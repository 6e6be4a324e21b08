using System.Globalization;
using System.IO.Compression;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ICSharpCode.SharpZipLib.Checksum;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// A package as a ZIP. All its names and sizes are checked before anything is unpacked: no entry can leave the folder it is
/// unpacked to, hide another one, or unpack to more than it declares.
/// </summary>
internal sealed class ArchiveContent : IPackageContent
{
    public const int MaximumEntries = 10_000;
    public const long MaximumTotal = 16L << 30;

    /// <summary>Beyond <see cref="RatioFreeLength"/> bytes, entries may unpack to this many times the archive's length in all.</summary>
    public const int MaximumRatio = 200;
    public const long RatioFreeLength = 64L << 20;

    /// <summary>What lies beside the weights may unpack to so many bytes in all, or to <see cref="OtherRatio"/> times what it takes packed: text and pictures do with less.</summary>
    public const long OtherFreeLength = 64L << 20;
    public const int OtherRatio = 20;

    private const int UnixTypeMask = 0xF000;
    private const int UnixFile = 0x8000;
    private const int UnixFolder = 0x4000;

    private static readonly string[] s_archives = [".dlpk", ".zip", ".7z", ".rar", ".tar", ".gz", ".tgz"];

    private readonly string _path;
    private readonly Stream _stream;
    private readonly ZipArchive _archive;
    private readonly SortedDictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    public ArchiveContent(string path, IFileSystem files)
    {
        _path = path;
        _stream = files.OpenRead(path);
        try
        {
            ZipDirectorySize.Check(_stream, MaximumEntries, path);
            _stream.Position = 0;
            _archive = new ZipArchive(_stream, ZipArchiveMode.Read, leaveOpen: true);
            List();
            Names = [.. _entries.Keys];
        }
        catch (InvalidDataException e)
        {
            Dispose();
            throw new LearnFormatException($"is not a ZIP archive, or only a part of one: {e.Message}", path, null, e);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Names { get; }

    public string? Find(string name) => _entries.ContainsKey(name)
        ? name
        : Names.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));

    public string? PathOf(string name) => null;

    public string Show(string name) => $"{_path}, entry '{SafeText.Show(name)}'";

    /// <summary>Refuses members beside the weights that unpack to far more than they take packed. Numbers have a measure of their own: sparse ones do pack well.</summary>
    /// <param name="weights">The members that hold weights.</param>
    /// <exception cref="LearnFormatException">There are such; the largest is named.</exception>
    public void RequireModest(IReadOnlyCollection<string> weights)
    {
        ZipArchiveEntry[] others = [.. _entries.Where(entry => !weights.Contains(entry.Key)).Select(entry => entry.Value)];
        long length = others.Sum(entry => entry.Length);
        if (length > OtherFreeLength && length / OtherRatio > others.Sum(entry => entry.CompressedLength))
        {
            ZipArchiveEntry largest = others.MaxBy(entry => entry.Length)!;
            throw Bad(largest, string.Create(
                CultureInfo.InvariantCulture,
                $"unpacks to {largest.Length} bytes out of {largest.CompressedLength}. What lies beside the weights may unpack to {OtherFreeLength >> 20} MB in all, or to {OtherRatio} times what it takes packed."));
        }
    }

    public void Copy(string name, Stream destination, CancellationToken cancel)
    {
        ZipArchiveEntry entry = _entries[name];
        Crc32 sum = new();
        long length = 0;
        try
        {
            using Stream source = entry.Open();
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                length += read;
                if (length > entry.Length)
                {
                    break;
                }

                sum.Update(new ArraySegment<byte>(buffer, 0, read));
                destination.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw Bad(entry, $"is damaged: {e.Message}", e);
        }

        if (length != entry.Length || sum.Value != entry.Crc32)
        {
            throw Bad(entry, $"is damaged: its {(length != entry.Length ? "length" : "checksum")} is not the one that the package declares.");
        }
    }

    public void Dispose()
    {
        _archive?.Dispose();
        _stream.Dispose();
    }

    private void List()
    {
        Dictionary<string, string> seen = new(StringComparer.OrdinalIgnoreCase);
        HashSet<string> folders = new(StringComparer.OrdinalIgnoreCase);
        long total = 0;
        long packed = 0;
        foreach (ZipArchiveEntry entry in _archive.Entries)
        {
            string name = Check(entry, out bool isFolder);
            if (isFolder)
            {
                folders.Add(name);
            }
            else if (!seen.TryAdd(name, entry.FullName))
            {
                throw Bad(entry, $"names the same file as '{SafeText.Show(seen[name])}'; names must differ by more than case.");
            }
            else if (!IsSystemWaste(name) && !IsOwnPackage(name))
            {
                RequireNoArchive(entry, name);
                _entries.Add(name, entry);
                total += entry.Length;
                packed += entry.CompressedLength;
            }

            for (int slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
            {
                folders.Add(name[..slash]);
            }

            if (total > MaximumTotal || (total > RatioFreeLength && total / MaximumRatio > _stream.Length))
            {
                throw Bad(entry, string.Create(
                    CultureInfo.InvariantCulture, $"brings the package to {total} unpacked bytes out of {_stream.Length}, more than a model can need."));
            }

            // Entries that share bytes are how a small archive unpacks to a huge one.
            if (packed > _stream.Length)
            {
                throw Bad(entry, $"shares bytes with others: together they take {packed}, and the package has {_stream.Length}.");
            }
        }

        if (_entries.Keys.FirstOrDefault(name => name.StartsWith(InstallRecord.FileName + '/', StringComparison.OrdinalIgnoreCase)) is string reserved)
        {
            throw new LearnFormatException($"entry '{SafeText.Show(reserved)}' lies in a folder whose name stands for the record of the install; rename it.", _path);
        }

        if (seen.Keys.FirstOrDefault(folders.Contains) is string both)
        {
            throw new LearnFormatException($"holds '{SafeText.Show(both)}' both as a file and as a folder.", _path);
        }
    }

    private string Check(ZipArchiveEntry entry, out bool isFolder)
    {
        string name = PortableName.TryNormalize(entry.FullName, out string? problem)
            ?? throw Bad(entry, $"{problem}; the package is not unpacked.");
        int type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
        isFolder = entry.FullName[^1] is '/' or '\\';
        if (type is not (0 or UnixFile or UnixFolder) || (type == UnixFolder && !isFolder))
        {
            throw Bad(entry, "is a link or a device instead of a file; the package is not unpacked.");
        }

        if (entry.IsEncrypted)
        {
            throw Bad(entry, "is encrypted; save the package without a password.");
        }

        return isFolder && entry.Length > 0 ? throw Bad(entry, "is a folder that holds bytes.") : name;
    }

    /// <summary>What macOS adds to archives: copies of file attributes under the files' own names.</summary>
    private static bool IsSystemWaste(string name) =>
        name.StartsWith("__MACOSX/", StringComparison.Ordinal) || name.Split('/')[^1].StartsWith("._", StringComparison.Ordinal);

    /// <summary>The package of the same model: a model's folder that was packed as it is holds it.</summary>
    private bool IsOwnPackage(string name) =>
        name.EndsWith(".dlpk", StringComparison.OrdinalIgnoreCase) && _archive.GetEntry(Path.ChangeExtension(name, ".emd")) is not null;

    private void RequireNoArchive(ZipArchiveEntry entry, string name)
    {
        if (s_archives.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
        {
            throw Bad(entry, "is a package within the package; unpack it and give that one.");
        }
    }

    private LearnFormatException Bad(ZipArchiveEntry entry, string problem, Exception? inner = null) =>
        new($"entry '{SafeText.Show(entry.FullName)}' {problem}", _path, null, inner);
}
