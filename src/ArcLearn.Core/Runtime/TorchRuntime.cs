using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ArcLearn.Core.Runtime;

/// <summary>
/// Loads libtorch before TorchSharp is touched. TorchSharp's own static constructor prints a page to the console and stays
/// broken for the life of the process when natives are missing; here that is a plain error, and the next call tries again.
/// </summary>
internal static class TorchRuntime
{
    private static readonly object s_gate = new();
    private static readonly Dictionary<string, nint> s_handles = new(StringComparer.Ordinal);
    private static bool s_hooked;
    private static volatile bool s_loaded;

    /// <summary>Where the native files lie: beside this assembly, unless a test says otherwise.</summary>
    public static string NativeFolder { get; set; } = Path.GetDirectoryName(typeof(TorchRuntime).Assembly.Location) is { Length: > 0 } folder
        ? folder
        : AppContext.BaseDirectory;

    /// <summary>Makes torch usable. Costs nothing after the first time; from any thread.</summary>
    /// <exception cref="BackendMissingException">A native library is absent, cut off or does not load.</exception>
    public static void EnsureLoaded()
    {
        if (s_loaded)
        {
            return;
        }

        lock (s_gate)
        {
            if (!s_loaded)
            {
                LoadFrom(NativeFolder);
                s_loaded = true;
            }
        }
    }

    /// <summary>What the module runs on and what it lacks; does not throw.</summary>
    public static LearnRuntimeInfo Describe() => RuntimeReport.Create();

    /// <summary>Checks that the folder's files are there and whole, before the loader sees them.</summary>
    internal static void CheckFiles(string folder)
    {
        foreach (string library in TorchNatives.InOrder(folder))
        {
            string path = Path.Combine(folder, TorchNatives.FileName(library));
            if (TorchNatives.Fault(path) is string fault)
            {
                throw Failure(library, path, $"{fault}. Install the module anew with all files of its package{SystemHint()}.");
            }
        }
    }

    internal static nint LoadLibrary(string folder, string library)
    {
        string path = Path.Combine(folder, TorchNatives.FileName(library));
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw Failure(library, path, $"{FirstLine(e.Message)} {Remedy(e.Message)}", e);
        }
    }

    private static void LoadFrom(string folder)
    {
        CheckFiles(folder);
        if (TorchNatives.LoadedElsewhere(folder) is string other)
        {
            throw Failure("torch_cpu", other, "another module has loaded its own libtorch into this session, and a process can hold one only. Start a new session and use one of the two there.");
        }

        OpenMpWaiting.PreferSleeping();
        foreach (string library in TorchNatives.InOrder(folder))
        {
            s_handles[library] = LoadLibrary(folder, library);
        }

        Hook();
        try
        {
            TouchTorch();
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or ExternalException)
        {
            throw Failure("LibTorchSharp", folder, $"{FirstLine(e.GetBaseException().Message)} Start a new session.", e);
        }
    }

    // A method of its own: the compiler of a method that names torch may run torch's static constructor at its start.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void TouchTorch() => TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);

    /// <summary>TorchSharp asks for "torch_cpu" and "LibTorchSharp" by name: answer with what is loaded, wherever it lies.</summary>
    private static void Hook()
    {
        if (s_hooked)
        {
            return;
        }

        Assembly torchSharp = typeof(TorchSharp.torch).Assembly;
        try
        {
            NativeLibrary.SetDllImportResolver(torchSharp, static (name, _, _) => Handle(name));
        }
        catch (InvalidOperationException)
        {
            // It has a resolver; the context's event below serves all the same.
        }

        if (AssemblyLoadContext.GetLoadContext(torchSharp) is { } context)
        {
            context.ResolvingUnmanagedDll += static (_, name) => Handle(name);
        }

        s_hooked = true;
    }

    private static nint Handle(string name) => s_handles.TryGetValue(name, out nint handle) ? handle : 0;

    private static BackendMissingException Failure(string library, string path, string reason, Exception? inner = null) =>
        new(TorchNatives.FileName(library), $"{path} cannot be used: {reason}", inner);

    private static string Remedy(string message)
    {
        if (message.Contains("GLIBCXX", StringComparison.Ordinal) || message.Contains("CXXABI", StringComparison.Ordinal))
        {
            return "This system's libstdc++ is too old for this package: it runs on Debian 12, Ubuntu 22.04, RHEL 9 and newer.";
        }

        if (message.Contains("GLIBC_", StringComparison.Ordinal))
        {
            return "This system's C library is too old for this package: it runs on Debian 12, Ubuntu 22.04, RHEL 9 and newer.";
        }

        return OperatingSystem.IsWindows()
            ? "Install the Microsoft Visual C++ Redistributable 2015-2022 (x64), and the module with all files of its package."
            : $"Install the module anew with all files of its package{SystemHint()}.";
    }

    private static string SystemHint() => (RuntimeInformation.OSArchitecture, OperatingSystem.IsMacOS()) switch
    {
        (Architecture.Arm64, false) => "; no libtorch is packaged for this platform (arm64)",
        (Architecture.X64, true) => "; no libtorch is packaged for this platform (macOS on Intel)",
        (Architecture.X64 or Architecture.Arm64, _) => "",
        (Architecture other, _) => $"; no libtorch is packaged for this platform ({other})",
    };

    private static string FirstLine(string message)
    {
        // .NET lists every name it tried; the loader's own words are on the lines that name the file.
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string line = lines.FirstOrDefault(text => text.Contains(": ", StringComparison.Ordinal) && text.StartsWith('/')) ?? lines.FirstOrDefault() ?? "";
        return line.EndsWith('.') ? line : line + ".";
    }
}
