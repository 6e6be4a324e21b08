using System.Globalization;
using System.Security.Cryptography;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// Installed models: a folder each, under the model's name. A model is unpacked beside its place and moved there when complete;
/// names that begin with a dot are such work in progress. Names are found whatever their case.
/// </summary>
internal sealed class ModelStore(StoreRoots roots, IFileSystem? files = null)
{
    private static readonly string[] s_pathEndings = [".emd", ".dlpk", ".onnx"];
    private static readonly ModelScope[] s_scopes = [ModelScope.CurrentUser, ModelScope.AllUsers];

    private readonly IFileSystem _files = files ?? LocalFileSystem.Instance;

    /// <summary>The store of this account, as the environment says now.</summary>
    public static ModelStore Open(IFileSystem? files = null) => new(StoreRoots.FromEnvironment(), files);

    /// <summary>Whether -Model means a file or folder rather than an installed model: it has a separator or ends like a model file.</summary>
    public static bool IsPath(string model) =>
        model.Contains('/', StringComparison.Ordinal) || model.Contains('\\', StringComparison.Ordinal)
        || s_pathEndings.Any(ending => model.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <param name="path">What <see cref="ModelPackageReader.Open"/> takes.</param>
    /// <param name="name">Its name in the store; null for its definition's file name.</param>
    /// <exception cref="ModelExistsException">There is one of that name in that scope and <paramref name="force"/> is not given.</exception>
    /// <exception cref="LearnFormatException">It is no sound package; nothing was installed.</exception>
    public InstalledModel Install(string path, ModelScope scope, bool force, string? name = null, CancellationToken cancel = default)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path, _files);
        name ??= package.Name;
        Check(name, scope, force);
        string root = roots[scope];
        _files.CreateDirectory(root);
        string stage = FileSystemExtensions.PartialName(Path.Combine(root, name));
        try
        {
            List<InstalledFile> unpacked = Unpack(package, stage, cancel);
            WeightsFile.RequireSound(Path.Combine(stage, package.WeightsName), _files, package.WeightsShown);
            string source = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            InstallRecord record = new(name, source, DateTime.UtcNow, package.DefinitionName, package.WeightsName, unpacked);
            _files.WriteAllText(Path.Combine(stage, InstallRecord.FileName), record.Write());
            InstalledModel model = Describe(stage, scope);         // what was written can be read
            cancel.ThrowIfCancellationRequested();
            string folder = StorePublisher.Publish(_files, root, stage, name, force, FindFolder);
            return model with { Name = name, Path = folder, EmdPath = Path.Combine(folder, record.Definition) };
        }
        catch
        {
            ModelPackager.TryDeleteDirectory(_files, stage);
            throw;
        }
    }

    /// <summary>What <see cref="Install"/> refuses before it unpacks anything.</summary>
    /// <returns>The name and the folder that the model would get.</returns>
    /// <inheritdoc cref="Install"/>
    public (string Name, string Folder) CheckInstall(string path, ModelScope scope, bool force)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path, _files);
        Check(package.Name, scope, force);
        return (package.Name, Path.Combine(roots[scope], package.Name));
    }

    /// <summary>Installed models by name; one that is damaged is told of and left out.</summary>
    /// <param name="matches">Which names; null for all.</param>
    /// <param name="scope">Null for both.</param>
    /// <param name="warn">Takes a sentence about each damaged model.</param>
    public IEnumerable<InstalledModel> Get(Func<string, bool>? matches, ModelScope? scope, Action<string> warn)
    {
        foreach (ModelScope at in s_scopes.Where(each => scope is null || scope == each))
        {
            foreach (string folder in Folders(roots[at], warn).Where(folder => matches?.Invoke(Path.GetFileName(folder)) ?? true))
            {
                if (TryDescribe(folder, at, warn) is InstalledModel model)
                {
                    yield return model;
                }
            }
        }
    }

    /// <summary>A model by its whole name, the user's own before one of all users.</summary>
    /// <exception cref="ModelNotFoundException">There is none.</exception>
    /// <exception cref="LearnFormatException">It is damaged.</exception>
    public InstalledModel Find(string name)
    {
        (string folder, ModelScope scope) = Locate(name, null);
        return Describe(folder, scope);
    }

    /// <summary>What <see cref="ModelPackageReader.Open"/> takes for a -Model argument: the path itself, or the definition of the installed model.</summary>
    /// <exception cref="ModelNotFoundException">It is a name, and no model has it.</exception>
    public string Resolve(string model) => IsPath(model) ? model : Find(model).EmdPath;

    /// <summary>The folders of a scope, or of both, for messages.</summary>
    public string Where(ModelScope? scope) => string.Join(" or ", s_scopes.Where(each => scope is null || scope == each).Select(each => roots[each]));

    /// <summary>Removes a model, damaged ones too; it is gone from the list before its files are.</summary>
    /// <param name="scope">Null for the user's own before one of all users.</param>
    /// <exception cref="ModelNotFoundException">There is none.</exception>
    public void Uninstall(string name, ModelScope? scope = null)
    {
        (string folder, ModelScope at) = Locate(name, scope);
        string aside = FileSystemExtensions.PartialName(Path.Combine(roots[at], Path.GetFileName(folder)));
        StorePublisher.Sweep(_files, roots[at], Path.GetFileName(folder));
        _files.MoveDirectory(folder, aside);
        _files.DeleteDirectory(aside);
    }

    /// <summary>Compares every file of a model with what was installed.</summary>
    /// <returns>The files that are missing or changed, relative to the model's folder; empty for a sound model.</returns>
    public IReadOnlyList<string> Verify(InstalledModel model)
    {
        InstallRecord record = InstallRecord.Read(_files, Path.Combine(model.Path, InstallRecord.FileName));
        return [.. record.Files.Where(file => !IsSound(Path.Combine(model.Path, file.Name), file)).Select(file => file.Name)];
    }

    private static string Hex(byte[] hash) => string.Concat(hash.Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));

    private void Check(string name, ModelScope scope, bool force)
    {
        PortableName.CheckModelName(name);
        if (!force && FindFolder(roots[scope], name) is not null)
        {
            throw new ModelExistsException(name);
        }
    }

    private bool IsSound(string path, InstalledFile file)
    {
        if (!_files.FileExists(path))
        {
            return false;
        }

        using Stream stream = _files.OpenRead(path);
        return stream.Length == file.Length && Hex(SHA256.HashData(stream)) == file.Sha256;
    }

    private List<InstalledFile> Unpack(ModelPackageReader package, string stage, CancellationToken cancel)
    {
        List<InstalledFile> unpacked = [];
        _files.CreateDirectory(stage);

        foreach (string member in package.Members())
        {
            // A package made of an installed model's folder carries that install's record; this one gets its own.
            if (string.Equals(member, InstallRecord.FileName, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string target = Path.Combine(stage, member);
            _files.CreateDirectory(Path.GetDirectoryName(target)!);
            using SHA256 hash = SHA256.Create();
            using Stream file = _files.Create(target);
            using (CryptoStream hashed = new(file, hash, CryptoStreamMode.Write, leaveOpen: true))
            {
                package.Copy(member, hashed, cancel);
            }

            file.Flush();
            unpacked.Add(new InstalledFile(member, file.Length, Hex(hash.Hash!)));
        }

        return unpacked;
    }

    private (string Folder, ModelScope Scope) Locate(string name, ModelScope? scope)
    {
        ModelScope[] searched = scope is ModelScope only ? [only] : s_scopes;
        foreach (ModelScope at in searched)
        {
            if (FindFolder(roots[at], name) is string folder)
            {
                return (folder, at);
            }
        }

        throw new ModelNotFoundException(name, string.Join(" or ", searched.Select(at => roots[at])));
    }

    private string? FindFolder(string root, string name) => Folders(root, null)
        .Where(folder => string.Equals(Path.GetFileName(folder), name, StringComparison.OrdinalIgnoreCase))
        .OrderByDescending(folder => Path.GetFileName(folder) == name)
        .FirstOrDefault();

    private IReadOnlyList<string> Folders(string root, Action<string>? warn)
    {
        try
        {
            if (_files.DirectoryExists(root))
            {
                StorePublisher.Recover(_files, root);
            }

            return _files.DirectoryExists(root)
                ? [.. _files.EnumerateDirectories(root)
                    .Where(folder => Path.GetFileName(folder)[0] != '.')
                    .Order(StringComparer.OrdinalIgnoreCase)]
                : [];
        }
        catch (Exception e) when (warn is not null && e is IOException or UnauthorizedAccessException)
        {
            warn($"The models in {root} cannot be listed: {e.Message}");
            return [];
        }
    }

    private InstalledModel? TryDescribe(string folder, ModelScope scope, Action<string> warn)
    {
        try
        {
            return Describe(folder, scope);
        }
        catch (Exception e) when (e is LearnFormatException or IOException or UnauthorizedAccessException)
        {
            // One that was uninstalled while this list was made is no damage.
            if (_files.DirectoryExists(folder))
            {
                warn($"The installed model '{Path.GetFileName(folder)}' is damaged: {e.Message} Install it again with -Force, or uninstall it.");
            }

            return null;
        }
    }

    private InstalledModel Describe(string folder, ModelScope scope)
    {
        InstallRecord record = InstallRecord.Read(_files, Path.Combine(folder, InstallRecord.FileName));
        foreach (InstalledFile file in record.Files)
        {
            string path = Path.Combine(folder, file.Name);
            if (!_files.FileExists(path))
            {
                throw new LearnFormatException("is missing.", path);
            }

            using Stream stream = _files.OpenRead(path);
            if (stream.Length != file.Length)
            {
                throw new LearnFormatException($"has {stream.Length} bytes; {file.Length} were installed.", path);
            }
        }

        string emd = Path.Combine(folder, record.Definition);
        ModelDefinitionFile definition = ModelDefinitionFile.Read(_files, emd);
        return new InstalledModel
        {
            Name = Path.GetFileName(folder),
            ModelType = definition.EffectiveModelType,
            Backbone = definition.Backbone ?? "",
            Classes = [.. definition.Classes.Select(item => item.Name)],
            ChipSize = definition.ImageWidth ?? 0,
            Path = folder,
            EmdPath = emd,
            Scope = scope.ToString(),
            Installed = record.Installed,
        };
    }
}
