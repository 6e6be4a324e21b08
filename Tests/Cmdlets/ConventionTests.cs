using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>What every cmdlet keeps to; faults are listed by name.</summary>
public sealed class ConventionTests : IDisposable
{
    private static readonly string[] s_changing =
        [VerbsData.Export, VerbsData.Save, VerbsLifecycle.Install, VerbsLifecycle.Uninstall, VerbsLifecycle.Start, VerbsLifecycle.Invoke, VerbsCommon.Show];

    private readonly ModuleHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Every_cmdlet_is_sealed_and_one_noun_in_a_public_class() =>
        Check(t => t.IsSealed && t.IsPublic && t.Name == ModuleAssembly.Name(t).Replace("-", "", StringComparison.Ordinal) + "Command");

    [Fact]
    public void Every_cmdlet_has_an_approved_verb()
    {
        HashSet<string> approved = [.. typeof(VerbsCommon).Assembly.GetTypes()
            .Where(t => t.Namespace == "System.Management.Automation" && t.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(f => f.Name)];

        Assert.Contains("Export", approved);
        Check(t => approved.Contains(t.GetCustomAttribute<CmdletAttribute>()!.VerbName));
    }

    [Fact]
    public void Every_cmdlet_says_what_it_writes_and_it_is_a_public_type() =>
        Check(t => t.GetCustomAttributes<OutputTypeAttribute>().SelectMany(o => o.Type).Any()
            ? t.GetCustomAttributes<OutputTypeAttribute>().SelectMany(o => o.Type).All(o => o.Type.Assembly == ModuleAssembly.Public)
            : ModuleAssembly.Name(t).StartsWith("Uninstall-", StringComparison.Ordinal));

    [Fact]
    public void Every_cmdlet_that_writes_or_trains_supports_WhatIf() =>
        Check(t => t.GetCustomAttribute<CmdletAttribute>() is { } c && (c.SupportsShouldProcess || !s_changing.Contains(c.VerbName)));

    [Fact]
    public void Every_output_type_has_a_view()
    {
        HashSet<string> viewed = [.. XDocument.Load(Path.Combine(ModuleHost.ModulePath, "ArcLearn.format.ps1xml"))
            .Descendants("TypeName").Select(e => e.Value)];

        Assert.All(viewed, name => Assert.NotNull(ModuleAssembly.Public.GetType(name)));
        Check(t => t.GetCustomAttributes<OutputTypeAttribute>().SelectMany(o => o.Type).All(o => viewed.Contains(o.Name) || o.Type.IsAbstract));
    }

    [Fact]
    public void Literal_paths_bind_PSPath() =>
        Check(t => t.GetProperty("LiteralPath") is not PropertyInfo p || p.GetCustomAttribute<AliasAttribute>()?.AliasNames.Contains("PSPath") == true);

    private static void Check(Func<Type, bool> holds)
    {
        Assert.NotEmpty(ModuleAssembly.Cmdlets);
        Assert.Equal([], ModuleAssembly.Cmdlets.Where(t => !holds(t)).Select(ModuleAssembly.Name));
    }
}
