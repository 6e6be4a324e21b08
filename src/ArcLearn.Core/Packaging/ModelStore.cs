using System.Security.Cryptography;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// Installed models: a folder each, under the model's name. A model is unpacked beside its place and moved there when complete;
/// names that begin with a dot are such work in progress. Names are found whatever their case. Any number of processes may install, list, use
/// and remove models at once.
/// </summary>
internal sealed class ModelStore(StoreRoots roots, IFileSystem? files = null)
{
    private const int Attempts = 20;

    private static readonly string[] s_pathEndings = [".emd", ".dlpk", ".onnx", ".pth", ".pt", ".safetensors"];
    private static readonly ModelScope[] s_scopes = [ModelScope.CurrentUser, ModelScope.AllUsers];

    private readonly IFileSystem _files = files ?? LocalFileSystem.Instance;

    /// <summary>The store of this account, as the environment says now.</summary>
    public static ModelStore Open(IFileSystem? files = null) => new(StoreRoots.FromEnvironment(), files);

    /// <summary>Whether -Model means a file or folder rather than an installed model: it has a separator or ends like a model file.</summary>
    public static bool IsPath(string model) =>
        model.Contains('/', StringComparison.Ordinal) || model.Contains('\\', StringComparison.Ordinal)
        || s_pathEndings.Any(ending => model.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <param name="path">What <see cref="ModelPackageReader.Open(string, IFileSystem)"/> takes.</param>
    /// <param name="name">Its name in the store; null for its definition's file name.</param>
    /// <exception cref="ModelExistsException">There is one of that name in that scope and <paramref name="force"/> is not given.</exception>
    /// <exception cref="LearnFormatException">It is no sound package; nothing was installed.</exception>
    /// <exception cref="LearnDataException">FrameworkNotSupported: the model needs another program, so that it could never be used here.</exception>
    public InstalledModel Install(string path, ModelScope scope, bool force, string? name = null, CancellationToken cancel = default)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path, _files);
        return Install(package, scope, force, name, cancel);
    }

    /// <inheritdoc cref="Install(string, ModelScope, bool, string, CancellationToken)"/>
    public InstalledModel Install(ModelPackageReader package, ModelScope scope, bool force, string? name = null, CancellationToken cancel = default)
    {
        name ??= package.Name;
        Check(package, name, scope, force);
        string root = roots[scope];
        _files.CreateDirectory(root);
        using StoreStage stage = new(_files, root, name);
        List<InstalledFile> unpacked = Unpack(package, stage.Folder, cancel);
        RequireSound(package, Path.Combine(stage.Folder, package.WeightsName));
        string source = Path.GetFileName(Path.TrimEndingDirectorySeparator(package.Path));
        InstallRecord record = new(name, source, DateTime.UtcNow, package.DefinitionName, package.WeightsName, unpacked);
        _files.WriteAllText(Path.Combine(stage.Folder, InstallRecord.FileName), record.Write());
        InstalledModel model = Describe(stage.Folder, scope);      // what was written can be read
        cancel.ThrowIfCancellationRequested();
        string folder = stage.Publish(name, force);
        return model with { Name = name, Path = folder, EmdPath = Path.Combine(folder, record.Definition) };
    }

    /// <summary>Reads what was unpacked as the runtime that it is for would have it.</summary>
    /// <exception cref="LearnFormatException">The weights, or the ONNX file, are damaged.</exception>
    private void RequireSound(ModelPackageReader package, string weights)
    {
        if (OnnxModels.IsOnnx(package.Definition))
        {
            _ = OnnxFile.Open(weights, package.WeightsShown, _files);
        }
        else
        {
            WeightsFile.RequireSound(weights, _files, package.WeightsShown, isForeign: !package.Definition.IsOwn);
        }
    }

    /// <summary>What <see cref="Install(string, ModelScope, bool, string, CancellationToken)"/> refuses before it unpacks anything.</summary>
    /// <returns>The folder that the model would get.</returns>
    /// <inheritdoc cref="Install(string, ModelScope, bool, string, CancellationToken)"/>
    public string CheckInstall(ModelPackageReader package, ModelScope scope, bool force)
    {
        Check(package, package.Name, scope, force);
        return Path.Combine(roots[scope], package.Name);
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

    /// <summary>Where models lie, damaged ones too.</summary>
    /// <inheritdoc cref="Get"/>
    public IEnumerable<(string Name, ModelScope Scope, string Folder)> Places(Func<string, bool> matches, ModelScope? scope, Action<string> warn) => s_scopes
        .Where(each => scope is null || scope == each)
        .SelectMany(at => Folders(roots[at], warn).Select(folder => (Path.GetFileName(folder), at, folder)))
        .Where(place => matches(place.Item1));

    /// <summary>A model by its whole name, the user's own before one of all users.</summary>
    /// <exception cref="ModelNotFoundException">There is none.</exception>
    /// <exception cref="LearnFormatException">It is damaged.</exception>
    public InstalledModel Find(string name) => Steadily(() => Locate(name, null), at => Describe(at.Folder, at.Scope));

    /// <summary>
    /// Works with an installed model, whose files must be those that were installed. Work during which it was replaced is done again with the new one, so that no definition
    /// meets another install's weights.
    /// </summary>
    /// <param name="work">It may be done more than once; what it gives in vain is disposed.</param>
    /// <exception cref="ModelNotFoundException">There is none of that name, or no longer.</exception>
    /// <exception cref="LearnFormatException">A file was altered.</exception>
    public T Use<T>(string name, Func<ModelPackageReader, T> work) => Steadily(() => Locate(name, null), at => Work(at.Folder, work));

    /// <inheritdoc cref="Use{T}(string, Func{ModelPackageReader, T})"/>
    public T Use<T>(InstalledModel model, Func<ModelPackageReader, T> work) =>
        Steadily(() => (Present(model.Path), Enum.Parse<ModelScope>(model.Scope)), at => Work(at.Folder, work));

    /// <summary>The folders of a scope, or of both, for messages.</summary>
    public string Where(ModelScope? scope) => string.Join(" or ", s_scopes.Where(each => scope is null || scope == each).Select(each => roots[each]));

    /// <summary>Removes a model, damaged ones too; it is gone from the list before its files are.</summary>
    /// <param name="scope">Null for the user's own before one of all users.</param>
    /// <exception cref="ModelNotFoundException">There is none.</exception>
    public void Uninstall(string name, ModelScope? scope = null)
    {
        (string folder, ModelScope at) = Locate(name, scope);
        IReadOnlyList<string> removed;
        using (StoreLock.Take(_files, roots[at]))
        {
            try
            {
                removed = StoreMoves.Remove(_files, folder);
            }
            catch (DirectoryNotFoundException)
            {
                throw new ModelNotFoundException(name, roots[at]);     // another process removed it in the meantime
            }
        }

        foreach (string trash in removed)
        {
            // An install that begins now takes it for a leftover, and deletes it, too.
            ModelPackager.TryDeleteDirectory(_files, trash);
        }
    }

    /// <summary>Compares every file of a model with what was installed.</summary>
    /// <returns>The files that are missing or changed, relative to the model's folder; empty for a sound model.</returns>
    public IReadOnlyList<string> Verify(InstalledModel model, CancellationToken cancel = default)
    {
        InstalledContent content = Content(model.Path);
        List<string> altered = [];
        foreach (string name in content.Names)
        {
            try
            {
                content.Check(name, cancel);
            }
            catch (LearnFormatException)
            {
                altered.Add(name);
            }
        }

        return altered;
    }

    private void Check(ModelPackageReader package, string name, ModelScope scope, bool force)
    {
        ForeignFrameworks.Refuse(package.Definition, package.DefinitionPath);
        PortableName.CheckModelName(name);
        if (!force && FindFolder(roots[scope], name) is not null)
        {
            throw new ModelExistsException(name);
        }
    }

    private List<InstalledFile> Unpack(ModelPackageReader package, string stage, CancellationToken cancel)
    {
        List<InstalledFile> unpacked = [];
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
            unpacked.Add(new InstalledFile(member, file.Length, InstalledContent.Hex(hash.Hash!)));
        }

        return unpacked;
    }

    private T Work<T>(string folder, Func<ModelPackageReader, T> work)
    {
        using ModelPackageReader package = ModelPackageReader.OpenInstalled(folder, _files);
        return work(package);
    }

    /// <summary>Does work with the files of one install: again where another one replaced them meanwhile, which its record tells.</summary>
    /// <param name="locate">Finds the model; throws where there is none.</param>
    private T Steadily<T>(Func<(string Folder, ModelScope Scope)> locate, Func<(string Folder, ModelScope Scope), T> work)
    {
        for (int attempt = 1; ; attempt++)
        {
            (string Folder, ModelScope Scope) at = locate();
            string? before = RecordOf(at.Folder);
            try
            {
                T result = work(at);
                if (before == RecordOf(at.Folder))
                {
                    return result;
                }

                // Of both installs, perhaps.
                (result as IDisposable)?.Dispose();
                if (attempt == Attempts)
                {
                    throw new IOException($"{at.Folder} is replaced again and again by other processes.");
                }
            }
            catch (Exception e) when (e is LearnFormatException or LearnDataException or IOException or UnauthorizedAccessException)
            {
                if (attempt == Attempts || (before == RecordOf(at.Folder) && _files.DirectoryExists(at.Folder)))
                {
                    throw;
                }
            }
        }
    }

    private string? RecordOf(string folder)
    {
        try
        {
            return _files.ReadAllText(Path.Combine(folder, InstallRecord.FileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
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

    /// <summary>A model's folder once nobody moves it.</summary>
    /// <exception cref="ModelNotFoundException">It is gone.</exception>
    private string Present(string folder)
    {
        string root = Path.GetDirectoryName(folder)!;
        return FindFolder(root, Path.GetFileName(folder)) ?? throw new ModelNotFoundException(Path.GetFileName(folder), root);
    }

    private string? FindFolder(string root, string name) => StoreMoves.Find(Folders(root, null), name);

    private IReadOnlyList<string> Folders(string root, Action<string>? warn)
    {
        try
        {
            if (!_files.DirectoryExists(root))
            {
                return [];
            }

            if (StoreMoves.NeedsRecovery(_files, root))
            {
                Recover(root);
            }

            return StoreMoves.Models(_files, root);
        }
        catch (Exception e) when (warn is not null && e is IOException or UnauthorizedAccessException)
        {
            warn($"The models in {root} cannot be listed: {e.Message}");
            return [];
        }
    }

    /// <summary>Waits for an install that moves models at this moment, or does what a killed one did not.</summary>
    private void Recover(string root)
    {
        try
        {
            using (StoreLock.Take(_files, root))
            {
                StoreMoves.Recover(_files, root);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Who may only read the store cannot put it right: a list is no place to fail for that.
        }
    }

    private InstalledModel? TryDescribe(string folder, ModelScope scope, Action<string> warn)
    {
        try
        {
            return Steadily(() => (Present(folder), scope), at => Describe(at.Folder, at.Scope));
        }
        catch (ModelNotFoundException)
        {
            return null;                                            // uninstalled while this list was made
        }
        catch (Exception e) when (e is LearnFormatException or IOException or UnauthorizedAccessException)
        {
            warn($"The installed model '{Path.GetFileName(folder)}' is damaged: {e.Message} Uninstall-LearnModel removes it.");
            return null;
        }
    }

    private InstalledContent Content(string folder) => new(folder, InstallRecord.Read(_files, Path.Combine(folder, InstallRecord.FileName)), _files);

    private InstalledModel Describe(string folder, ModelScope scope)
    {
        InstalledContent content = Content(folder);
        content.CheckLengths();
        using ModelPackageReader package = ModelPackageReader.OpenInstalled(folder, _files);
        ModelDefinitionFile definition = package.Definition;
        return new InstalledModel
        {
            Name = Path.GetFileName(folder),
            ModelType = definition.EffectiveModelType,
            Backbone = definition.Backbone ?? "",
            Classes = [.. definition.Classes.Select(item => item.Name)],
            ChipSize = definition.ImageWidth ?? 0,
            Path = folder,
            EmdPath = Path.Combine(folder, content.Record.Definition),
            Scope = scope.ToString(),
            Installed = content.Record.Installed,
        };
    }
}
