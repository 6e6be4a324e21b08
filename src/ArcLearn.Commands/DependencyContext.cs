using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ArcLearn.Commands;

/// <summary>
/// The private load context of ArcLearn.Core and all it brings along, so that another module's SkiaSharp or SQLite keeps its own version.
/// Whatever is not in the folder comes from the default context: ArcLearn itself and the engine exist once in a process.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private static readonly string s_framework = Path.GetDirectoryName(typeof(object).Assembly.Location) ?? "";

    private readonly string _folder;

    public DependencyContext(string folder)
        : base("ArcLearn") => _folder = folder;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not string name || name.StartsWith("System.Management.Automation", StringComparison.OrdinalIgnoreCase)
            || name is "ArcLearn" or "ArcLearn.Commands")
        {
            return null;
        }

        string file = Path.Combine(_folder, name + ".dll");
        return File.Exists(file) && !FrameworkServes(name, file) ? LoadFromAssemblyPath(file) : null;
    }

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (string candidate in NativeNames(unmanagedDllName))
        {
            string file = Path.Combine(_folder, candidate);
            if (File.Exists(file))
            {
                return LoadUnmanagedDllFromPath(file);
            }
        }

        return IntPtr.Zero;
    }

    /// <summary>
    /// The same file decides for every requester: the version asked for would give two copies of System.Text.Json
    /// to two libraries that exchange its types.
    /// </summary>
    private static bool FrameworkServes(string name, string file)
    {
        string shared = Path.Combine(s_framework, name + ".dll");
        return File.Exists(shared) && AssemblyName.GetAssemblyName(shared).Version >= AssemblyName.GetAssemblyName(file).Version;
    }

    private static string[] NativeNames(string name) =>
        OperatingSystem.IsWindows() ? [name, name + ".dll"]
        : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? [name, $"lib{name}.dylib", name + ".dylib"]
        : [name, $"lib{name}.so", name + ".so"];
}
