using System.IO.Compression;
using System.Text;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// Saves a model as a folder: weights (.pth), definition (.emd), what is said of the model, and the package (.dlpk) of all that. Equal models give equal packages: entries are stored in a fixed order under one fixed time, so no compressor has a say.
/// </summary>
internal static class ModelPackager
{
    private const int UnixReadable = 0x81A4;                       // a file, rw-r--r--
    private static readonly DateTimeOffset s_entryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes everything under other names first: until all of it is on the disk, what was there stays.</summary>
    /// <param name="folder">The model's folder; other files in it are left alone.</param>
    /// <param name="name">The files' name without extension, usually the folder's.</param>
    /// <param name="definition">Its ModelFile is set here.</param>
    /// <param name="writeWeights">Writes the .pth; the stream can seek.</param>
    /// <param name="report">What is said of the model; null for nothing.</param>
    /// <param name="force">Replaces a model of this name in the folder.</param>
    /// <exception cref="OutputExistsException">It is there and <paramref name="force"/> is not given.</exception>
    /// <exception cref="LearnArgumentException">The name cannot be one, the folder is a file or holds another model.</exception>
    public static ModelPackage Save(
        string folder,
        string name,
        ModelDefinitionFile definition,
        Action<Stream> writeWeights,
        bool force,
        IFileSystem? files = null,
        IReadOnlyList<PackageFile>? report = null,
        CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Check(folder, name, force, files);
        string[] outputs = Outputs(name);
        string text = ModelDefinitionWriter.Write(definition with { ModelFile = outputs[0] });

        bool isNew = !files.DirectoryExists(folder);
        string stage = FileSystemExtensions.PartialName(isNew ? folder : Path.Combine(folder, name));
        long length;
        try
        {
            files.CreateDirectory(stage);
            Write(files, Path.Combine(stage, outputs[0]), writeWeights);
            Write(files, Path.Combine(stage, outputs[1]), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            foreach (PackageFile file in report ?? [])
            {
                string path = Path.Combine(stage, file.Name);
                files.CreateDirectory(Path.GetDirectoryName(path)!);
                Write(files, path, stream => stream.Write(file.Bytes));
            }

            length = Pack(files, stage, outputs[2], [.. outputs[..2], .. (report ?? []).Select(file => file.Name)], cancel);
            cancel.ThrowIfCancellationRequested();
        }
        catch
        {
            TryDeleteDirectory(files, stage);
            throw;
        }

        if (isNew)
        {
            PublishFolder(files, stage, folder);
        }
        else
        {
            FileSwap.Replace(files, stage, folder, [.. outputs, .. ModelReport.AllNames]);
            TryDeleteDirectory(files, stage);
        }

        return new ModelPackage
        {
            Name = name,
            Path = Path.Combine(folder, outputs[2]),
            EmdPath = Path.Combine(folder, outputs[1]),
            WeightsPath = Path.Combine(folder, outputs[0]),
            ReportPath = report?.Any(file => file.Name == ModelReport.PageName) == true ? Path.Combine(folder, ModelReport.PageName) : null,
            Length = length,
        };
    }

    /// <summary>What <see cref="Save"/> refuses of a place, for before the work.</summary>
    /// <inheritdoc cref="Save"/>
    public static void Check(string folder, string name, bool force, IFileSystem? files = null)
    {
        PortableName.CheckModelName(name);
        CheckFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), Outputs(name), force, files ?? LocalFileSystem.Instance);
    }

    private static string[] Outputs(string name) => [name + ".pth", name + ".emd", name + ".dlpk"];

    internal static void TryDeleteDirectory(IFileSystem files, string path)
    {
        try
        {
            files.DeleteDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is what the user must hear of.
        }
    }

    private static void CheckFolder(string folder, string[] outputs, bool force, IFileSystem files)
    {
        if (files.FileExists(folder))
        {
            throw new LearnArgumentException("Path", $"{folder} is a file; a model is saved as a folder.");
        }

        files.RequireNoFileAbove(folder);
        if (!files.DirectoryExists(folder))
        {
            return;
        }

        string? other = files.EnumerateFiles(folder).FirstOrDefault(file =>
            ModelPackageReader.IsDefinition(file) && !string.Equals(Path.GetFileName(file), outputs[1], StringComparison.OrdinalIgnoreCase));
        if (other is not null)
        {
            throw new LearnArgumentException("Path", $"{folder} holds another model, {Path.GetFileName(other)}; choose another folder.");
        }

        if (!force && outputs.Concat(ModelReport.AllNames).Any(output => files.FileExists(Path.Combine(folder, output))))
        {
            throw new OutputExistsException(folder);
        }
    }

    private static void Write(IFileSystem files, string path, Action<Stream> write)
    {
        using Stream stream = files.Create(path);
        write(stream);
        stream.Flush();
    }

    private static long Pack(IFileSystem files, string stage, string package, string[] members, CancellationToken cancel)
    {
        using Stream target = files.Create(Path.Combine(stage, package));
        using (ZipArchive archive = new(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string member in members.Order(StringComparer.Ordinal))
            {
                ZipArchiveEntry entry = archive.CreateEntry(member, CompressionLevel.NoCompression);
                entry.LastWriteTime = s_entryTime;
                entry.ExternalAttributes = unchecked(UnixReadable << 16);
                using Stream source = files.OpenRead(Path.Combine(stage, member));
                using Stream packed = entry.Open();
                byte[] buffer = new byte[1 << 16];
                for (int read; (read = source.Read(buffer)) > 0;)
                {
                    cancel.ThrowIfCancellationRequested();
                    packed.Write(buffer, 0, read);
                }
            }
        }

        target.Flush();
        return target.Length;
    }

    private static void PublishFolder(IFileSystem files, string stage, string folder)
    {
        try
        {
            files.MoveDirectory(stage, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDeleteDirectory(files, stage);
            if (files.DirectoryExists(folder))
            {
                throw new OutputExistsException(folder);           // someone else's, made in the meantime
            }

            throw;
        }
    }
}
