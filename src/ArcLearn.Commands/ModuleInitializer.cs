using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace ArcLearn.Commands;

/// <summary>Shows the way to bin/dependencies while the module is imported anywhere in the process.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly object s_gate = new();

    // One for the life of the process: natives cannot be loaded twice, so an import after a removal meets the same context.
    private static readonly Lazy<DependencyContext> s_context = new(() => new DependencyContext(
        Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location) ?? "", "dependencies")));

    // Each runspace imports for itself; the last one to leave takes the hook along.
    private static int s_imports;

    /// <inheritdoc/>
    public void OnImport()
    {
        lock (s_gate)
        {
            if (s_imports++ == 0)
            {
                AssemblyLoadContext.Default.Resolving += ResolveCore;
            }
        }
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        lock (s_gate)
        {
            if (s_imports > 0 && --s_imports == 0)
            {
                AssemblyLoadContext.Default.Resolving -= ResolveCore;
            }
        }
    }

    private static Assembly? ResolveCore(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == "ArcLearn.Core" ? s_context.Value.LoadFromAssemblyName(name) : null;
}
