using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

public sealed class ModuleTests
{
    [Fact]
    public void The_manifest_is_valid_and_its_module_imports_without_a_word()
    {
        using ModuleHost host = new(import: false);

        RunResult result = host.Run("param($m) $null = Test-ModuleManifest $m/ArcLearn.psd1; Import-Module $m; Get-Module ArcLearn", ModuleHost.ModulePath)
            .ThrowIfFailed();

        Assert.Equal("ArcLearn", ((PSModuleInfo)result.SingleOutput).Name);
        Assert.Empty(result.Warnings);
        Assert.Equal("", result.Text);
    }

    [Fact]
    public void The_manifest_names_every_cmdlet_and_nothing_else()
    {
        using ModuleHost host = new();

        // The manifest's own list, not what the import made of it: a name without a class would be missed there.
        string manifest = File.ReadAllText(Path.Combine(ModuleHost.ModulePath, "ArcLearn.psd1"));
        RunResult listed = host.Run("param($text) (& ([scriptblock]::Create($text))).CmdletsToExport", manifest).ThrowIfFailed();

        IEnumerable<string> names = listed.Output.Select(o => o.ToString()).Order(StringComparer.Ordinal);
        Assert.Equal(ModuleAssembly.Cmdlets.Select(ModuleAssembly.Name).Order(StringComparer.Ordinal), names);
        Assert.DoesNotContain(names, name => name.Contains('*', StringComparison.Ordinal));
    }

    [Fact]
    public void A_removed_module_can_be_imported_again()
    {
        using ModuleHost host = new();

        host.Run("param($m) Remove-Module ArcLearn; Import-Module $m; Import-Module $m -Force", ModuleHost.ModulePath).ThrowIfFailed();

        Assert.Equal("ArcLearn.LearnRuntimeInfo", host.Run("Test-LearnRuntime").ThrowIfFailed().SingleOutput.GetType().FullName);
    }

    [Fact]
    public void Public_types_are_found_by_name_and_the_work_lies_in_a_context_of_its_own()
    {
        using ModuleHost host = new();

        host.Run("Test-LearnRuntime").ThrowIfFailed();

        foreach (Type type in ModuleAssembly.Public.GetExportedTypes())
        {
            Assert.Same(type, host.Run($"[{type.FullName}]").ThrowIfFailed().SingleOutput);
        }

        string[] shared = [.. AssemblyLoadContext.Default.Assemblies.Select(a => a.GetName().Name!)];
        Assert.DoesNotContain("ArcLearn.Core", shared);
        Assert.DoesNotContain("TorchSharp", shared);
        Assert.DoesNotContain("SkiaSharp", shared);
        AssemblyLoadContext own = Assert.Single(AssemblyLoadContext.All, c => c.Name == "ArcLearn");
        Assert.Contains(own.Assemblies, a => a.GetName().Name == "ArcLearn.Core");
    }

    [Fact]
    public void No_public_member_shows_a_type_of_the_private_context()
    {
        using ModuleHost host = new();
        string[] known = ["ArcLearn", "ArcLearn.Commands", "System.Management.Automation"];

        IEnumerable<Type> shown = ModuleAssembly.Public.GetExportedTypes().Concat(ModuleAssembly.Cmdlets)
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .Select(p => p.PropertyType);

        Assert.DoesNotContain(shown.SelectMany(t => t.GetGenericArguments().Append(t)), t =>
            t.Assembly.GetName().Name is string name && !known.Contains(name) && !name.StartsWith("System.", StringComparison.Ordinal));
    }

    [ShellFact]
    public void Import_does_not_load_libtorch_and_the_first_use_does()
    {
        string script = $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            function Test-Loaded { [bool]([Diagnostics.Process]::GetCurrentProcess().Modules | Where-Object ModuleName -match 'torch_cpu') }
            "after import: $(Test-Loaded)"
            $runtime = Test-LearnRuntime
            "ready: $($runtime.IsReady)"
            "after use: $(Test-Loaded)"
            """;

        ShellResult result = ShellProcess.Run(["-Command", script]);

        Assert.Equal("after import: False\nready: True\nafter use: True\n", result.Output);
        Assert.Equal("", result.Error);
    }
}
