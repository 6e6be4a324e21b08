using ArcLearn.Core.Formats;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Packaging;

/// <summary>A model as a package (.dlpk, .zip), a definition (.emd, or in memory) or a folder: one definition and the weights it names.</summary>
internal sealed class ModelPackageReader : IDisposable
{
    private static readonly string[] s_archives = [".dlpk", ".zip"];
    private static readonly string[] s_weights = [".pth", ".pt", ".safetensors"];

    private readonly IPackageContent _content;
    private readonly IFileSystem _files;
    private string? _weights;
    private string? _unpacked;

    private ModelPackageReader(string path, IPackageContent content, IFileSystem files)
    {
        (Path, _content, _files) = (path, content, files);
        DefinitionName = FindDefinition(path, content);
        Name = System.IO.Path.GetFileNameWithoutExtension(DefinitionName.Split('/')[^1]);
        DefinitionText = ReadDefinition();
        Definition = ModelDefinitionFile.Parse(content.Show(DefinitionName), DefinitionText);
    }

    /// <summary>What was opened.</summary>
    public string Path { get; }

    /// <summary>The definition's file name without extension.</summary>
    public string Name { get; }

    public ModelDefinitionFile Definition { get; }

    /// <summary>The definition as it was written.</summary>
    public string DefinitionText { get; }

    /// <summary>The definition within the package, '/' between parts.</summary>
    public string DefinitionName { get; }

    /// <summary>The weights within the package, '/' between parts.</summary>
    /// <exception cref="LearnFormatException">The definition names none, or one that is not in the package.</exception>
    public string WeightsName => _weights ??= FindMember(Definition.ModelFile, "ModelFile") ?? throw new LearnFormatException("names no ModelFile, so there are no weights to load.", _content.Show(DefinitionName));

    /// <summary>The definition's path, or the package's where it lies in an archive.</summary>
    public string DefinitionPath => _content.PathOf(DefinitionName) ?? Path;

    /// <summary>What messages call the weights: their path, or package and entry.</summary>
    public string WeightsShown => _content.Show(WeightsName);

    /// <summary>Opens a model that has its weights.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="LearnFormatException">It is no package, has not exactly one definition, an unsafe entry, or no weights.</exception>
    public static ModelPackageReader Open(string path, IFileSystem? files = null)
    {
        ModelPackageReader package = OpenDefinition(path, files);
        try
        {
            _ = package.WeightsName;
            return package;
        }
        catch
        {
            package.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file's ending is that of a definition or of an archive.</summary>
    public static bool IsPackage(string path) => IsDefinition(path) || s_archives.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens what may be a definition without its weights.</summary>
    /// <inheritdoc cref="Open(string, IFileSystem)"/>
    public static ModelPackageReader OpenDefinition(string path, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        return Open(path, OpenContent(path, files), files);
    }

    /// <summary>Opens the model of a definition in hand.</summary>
    /// <inheritdoc cref="Open(string, IFileSystem)"/>
    public static ModelPackageReader Open(ModelDefinition definition, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        return definition.Path is string path
            ? Open(path, files)
            : Open(definition.Name, new DefinitionContent(definition.Name, definition.Json, definition.WeightsPath, files), files);
    }

    /// <summary>Opens an installed model, whose files must be those that were installed.</summary>
    /// <exception cref="LearnFormatException">They are not, or the folder is none of an installed model.</exception>
    public static ModelPackageReader OpenInstalled(string folder, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        string path = System.IO.Path.Combine(folder, InstallRecord.FileName);
        InstallRecord record = InstallRecord.Read(files, path);
        ModelPackageReader package = Open(folder, new InstalledContent(folder, record, files), files);
        if (package.DefinitionName != record.Definition)
        {
            package.Dispose();
            throw new LearnFormatException($"names '{record.Definition}' as the definition, and '{package.DefinitionName}' is it.", path);
        }

        return package;
    }

    public static bool IsDefinition(string name) => name.EndsWith(".emd", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The weights as a file. An archive's are unpacked into the temporary folder, where they stay until this reader is disposed.
    /// </summary>
    public string WeightsPath(CancellationToken cancel = default) => Provide(WeightsName, cancel);

    /// <summary>The ONNX model that the definition names, with the other files that hold its weights.</summary>
    /// <exception cref="LearnFormatException">It is none, damaged, or names a file that is not in the package.</exception>
    public OnnxFile Onnx(CancellationToken cancel = default)
    {
        string path = WeightsPath(cancel);
        byte[] bytes = OnnxReader.ReadBytes(path, _files, WeightsShown);
        OnnxModel model = OnnxReader.Read(bytes, WeightsShown);
        foreach (string data in DataOf(model))
        {
            _ = Provide(data, cancel);
        }

        return OnnxFile.Of(model, bytes, path, _files, WeightsShown);
    }

    /// <summary>The members that make the model: all of an archive; of a folder the definition, the weights and the inference function.</summary>
    /// <exception cref="LearnFormatException">Weights are missing, or an archive unpacks to more than it may.</exception>
    public IReadOnlyList<string> Members()
    {
        if (_content is InstalledContent)
        {
            return _content.Names;
        }

        string[] weights = [WeightsName, .. DataNames()];
        if (_content is ArchiveContent archive)
        {
            archive.RequireModest(weights);
            return archive.Names;
        }

        // Functions of the system ("[Functions]System\…") and absent ones stay where they are: ArcLearn runs none.
        string? function = Definition.InferenceFunction is string name && PortableName.TryNormalize(name, out _) is string relative
            ? _content.Find(relative) : null;
        return [.. weights.Prepend(DefinitionName).Append(function).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    public void Copy(string member, Stream destination, CancellationToken cancel) => _content.Copy(member, destination, cancel);

    /// <summary>A member beside the definition; null where there is none, or a larger one.</summary>
    /// <param name="name">Relative to the definition's folder, '/' between parts.</param>
    /// <exception cref="LearnFormatException">It is damaged.</exception>
    public byte[]? TryRead(string name, int limit, CancellationToken cancel)
    {
        if (_content.Find(DefinitionName[..(DefinitionName.LastIndexOf('/') + 1)] + name) is not string member)
        {
            return null;
        }

        using MemoryStream bytes = new();
        bool isTooLarge = false;
        try
        {
            using LimitedStream limited = new(bytes, limit, () =>
            {
                isTooLarge = true;
                return new IOException();
            });
            _content.Copy(member, limited, cancel);
            return bytes.ToArray();
        }
        catch (IOException) when (isTooLarge)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _content.Dispose();
        if (_unpacked is not null)
        {
            ModelPackager.TryDeleteDirectory(_files, _unpacked);
            _unpacked = null;
        }
    }

    /// <summary>A member as a file, as it was recorded or packed.</summary>
    private string Provide(string member, CancellationToken cancel)
    {
        if (_content.PathOf(member) is string path)
        {
            _content.Check(member, cancel);
            return path;
        }

        _unpacked ??= System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"arclearn-{Guid.NewGuid():N}");
        string target = System.IO.Path.Combine(_unpacked, member);
        if (!_files.FileExists(target))
        {
            _files.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            _files.WriteAtomically(target, stream => _content.Copy(member, stream, cancel));
        }

        return target;
    }

    /// <summary>The other files that an ONNX model's weights lie in; none of any other model.</summary>
    private string[] DataNames()
    {
        if (!OnnxModels.IsOnnx(Definition))
        {
            return [];
        }

        using MemoryStream bytes = new();
        using LimitedStream limited = new(bytes, OnnxReader.LongestFile, () => OnnxReader.TooLong(WeightsShown));
        _content.Copy(WeightsName, limited, CancellationToken.None);
        return DataOf(OnnxReader.Read(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), WeightsShown));
    }

    private string[] DataOf(OnnxModel model)
    {
        string folder = WeightsName[..(WeightsName.LastIndexOf('/') + 1)];
        return [.. OnnxExternalData.FilesOf(model, WeightsShown).Select(name => _content.Find(folder + name) == folder + name
            ? folder + name
            : throw new LearnFormatException($"has weights in the file '{SafeText.Show(name)}', which is not in the package.", WeightsShown))];
    }

    private static ModelPackageReader Open(string path, IPackageContent content, IFileSystem files)
    {
        try
        {
            return new ModelPackageReader(path, content, files);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static IPackageContent OpenContent(string path, IFileSystem files)
    {
        if (files.DirectoryExists(path))
        {
            return (IPackageContent?)InstalledContent.TryOpen(path, files) ?? new FolderContent(path, only: null, files);
        }

        if (!files.FileExists(path))
        {
            throw new FileNotFoundException($"There is no model at {path}.", path);
        }

        if (IsDefinition(path))
        {
            string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            string name = System.IO.Path.GetFileName(path);
            return InstalledContent.TryOpen(folder, files) is { } installed && installed.Record.Definition == name ? installed : new FolderContent(folder, name, files);
        }

        if (OnnxModels.IsFile(path))
        {
            return new DefinitionContent(System.IO.Path.GetFileNameWithoutExtension(path), OnnxModels.DefinitionIn(path, files), System.IO.Path.GetFullPath(path), files);
        }

        return s_archives.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
            ? new ArchiveContent(path, files)
            : throw NoModel(path, files);
    }

    /// <summary>Why a file that is none of these cannot be opened: of one that holds weights, what they lack.</summary>
    private static LearnFormatException NoModel(string path, IFileSystem files)
    {
        if (!s_weights.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            ForeignFrameworks.Refuse(new ModelDefinitionFile { ModelFile = System.IO.Path.GetFileName(path) }, path);
            return new LearnFormatException("is no model: give a package (.dlpk, .zip), a definition (.emd), an ONNX file (.onnx) or the folder of a definition.", path);
        }

        using (WeightsFile.Open(path, files))
        {
            return new LearnFormatException("holds weights alone, which do not say of what network they are: give the definition (.emd) that names them as its ModelFile, or New-LearnModel -Json.", path);
        }
    }

    private static string FindDefinition(string path, IPackageContent content)
    {
        string[] definitions = [.. content.Names.Where(IsDefinition)];
        return definitions.Length switch
        {
            1 => definitions[0],
            0 => throw new LearnFormatException("holds no model definition (.emd); a model package has exactly one.", path),
            _ => throw new LearnFormatException(
                $"holds {definitions.Length} model definitions ({SafeText.List([.. definitions.Select(SafeText.Show)])}); a model package has exactly one.", path),
        };
    }

    private string ReadDefinition()
    {
        string shown = _content.Show(DefinitionName);
        using MemoryStream text = new();
        using LimitedStream limited = new(text, ModelDefinitionFile.MaximumLength, () =>
            new LearnFormatException("is larger than 16 MB; a model definition has a few kilobytes.", shown));
        _content.Copy(DefinitionName, limited, CancellationToken.None);
        text.Position = 0;
        using StreamReader reader = new(text);
        return reader.ReadToEnd();
    }

    /// <summary>The member that the definition names relative to itself.</summary>
    private string? FindMember(string? written, string key)
    {
        if (written is null)
        {
            return null;
        }

        string shown = _content.Show(DefinitionName);
        string relative = PortableName.TryNormalize(written, out string? problem)
            ?? throw new LearnFormatException($"{key} '{SafeText.Show(written)}' {problem}; it must lie in the package.", shown);
        string folder = DefinitionName[..(DefinitionName.LastIndexOf('/') + 1)];
        string full = folder + relative;
        return _content.Find(full) ?? throw new LearnFormatException($"{key} '{SafeText.Show(written)}' is not in the package.", shown);
    }
}
