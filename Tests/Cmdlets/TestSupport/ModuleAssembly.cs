using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>The assemblies of the imported module, as the engine loaded them.</summary>
internal static class ModuleAssembly
{
    public static Assembly Commands => Loaded("ArcLearn.Commands");

    public static Assembly Public => Loaded("ArcLearn");

    public static IReadOnlyList<Type> Cmdlets =>
        [.. Commands.GetTypes().Where(t => t.IsSubclassOf(typeof(PSCmdlet)) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal)];

    public static string Name(Type cmdlet)
    {
        CmdletAttribute attribute = cmdlet.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }

    private static Assembly Loaded(string name) =>
        AssemblyLoadContext.Default.Assemblies.Single(a => a.GetName().Name == name);
}
