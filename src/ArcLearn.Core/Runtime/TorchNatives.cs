using System.Diagnostics;

namespace ArcLearn.Core.Runtime;

/// <summary>The native files of libtorch and TorchSharp: their names here, their order, and whether they are whole.</summary>
internal static class TorchNatives
{
    /// <summary>Loaded in this order: each needs those before it.</summary>
    public static IReadOnlyList<string> Required => ["c10", "torch_cpu", "LibTorchSharp"];

    /// <summary>Loaded where the package carries them; the last of <see cref="Required"/> comes after them.</summary>
    public static IReadOnlyList<string> Cuda => ["c10_cuda", "torch_cuda"];

    /// <summary>The name of a library's file on this platform.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    /// <summary>All that a folder holds of them, in the order of loading; required ones also where they are absent.</summary>
    public static IEnumerable<string> InOrder(string folder)
    {
        IEnumerable<string> cuda = Cuda.Where(name => File.Exists(Path.Combine(folder, FileName(name))));
        return Required.Take(Required.Count - 1).Concat(cuda).Append(Required[^1]);
    }

    /// <summary>What is wrong with a library's file, or null. A file cut off would end the process when it is mapped.</summary>
    public static string? Fault(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length < 4096)
            {
                return $"it has {file.Length} bytes";
            }

            return ElfImage.RequiredLength(file) is long required && required > file.Length
                ? $"it has {file.Length} of its {required} bytes"
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "it is not there";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>A libtorch in this process that is not the folder's; null when there is none. Only one may be loaded.</summary>
    public static string? LoadedElsewhere(string folder)
    {
        string name = FileName("torch_cpu");
        string own = Path.Combine(folder, name);
        using Process process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            if (string.Equals(module.ModuleName, name, StringComparison.OrdinalIgnoreCase) && !IsSameFile(module.FileName, own))
            {
                return module.FileName;
            }
        }

        return null;
    }

    private static bool IsSameFile(string loaded, string own)
    {
        StringComparison comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return string.Equals(Real(loaded), Real(own), comparison);
    }

    /// <summary>The modules list names the real file, the folder may be reached through a link.</summary>
    private static string Real(string path)
    {
        string full = Path.GetFullPath(path);
        for (string? folder = Path.GetDirectoryName(full); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: not null } link
                && link.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            {
                full = Path.Combine(target.FullName, Path.GetRelativePath(folder, full));
                break;
            }
        }

        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }
}
