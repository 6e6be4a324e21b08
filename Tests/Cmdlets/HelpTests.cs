using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>What Get-Help says of each cmdlet; faults are listed by name. Without the help file Get-Help makes up a syntax and no more.</summary>
public sealed class HelpTests : IDisposable
{
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";

    private readonly ModuleHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Every_cmdlet_has_a_synopsis_and_a_description() => Check((name, help) =>
        IsProse(Text(help, "Synopsis"), name) && Items(help, "description").Any(para => IsProse(Text(para, "Text"), name)));

    [Fact]
    public void Every_parameter_is_described() => CheckParameters((parameter, help) =>
        Items(help, "description").Any(para => Text(para, "Text").Length > 10) && Text(help, "name") == parameter.Name);

    [Fact]
    public void Every_parameter_is_shown_as_it_is_declared() => CheckParameters((parameter, help) =>
        Text(help, "required") == (parameter.IsMandatory ? "true" : "false")
        && Text(help, "position") == (parameter.Position >= 0 ? $"{parameter.Position}" : "named")
        && Text(help, "pipelineInput").StartsWith(parameter.ValueFromPipeline || parameter.ValueFromPipelineByPropertyName ? "True" : "False", StringComparison.Ordinal)
        && Text(help, "aliases") == (parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none")
        && Text(help, "defaultValue").Length > 0);

    [Fact]
    public void Every_cmdlet_has_an_example_that_could_be_run() => Check((name, help) =>
    {
        PSObject[] examples = [.. Items(help, "examples.example")];
        return examples.Length > 0
            && examples.All(example => IsRunnable(Text(example, "code")) && Items(example, "remarks").Any(para => Text(para, "Text").Length > 10))
            && examples.Any(example => Text(example, "code").Contains(name, StringComparison.Ordinal));
    });

    /// <summary>In the file: Get-Help leaves the choice of a parameter's values and the like in the same place, but as text.</summary>
    [Fact]
    public void The_syntax_blocks_are_the_parameter_sets_of_the_engine()
    {
        Dictionary<string, XElement> written = XDocument.Load(Path.Combine(ModuleHost.ModulePath, "en-US", "ArcLearn.Commands.dll-Help.xml"))
            .Descendants(s_command + "command")
            .ToDictionary(c => c.Element(s_command + "details")!.Element(s_command + "name")!.Value);

        Assert.All(Cmdlets(), cmdlet => Assert.Equal(
            cmdlet.ParameterSets.Select(set => string.Join(' ', Ordered(set).Select(Shape))).Order(),
            written[cmdlet.Name].Element(s_command + "syntax")!.Elements(s_command + "syntaxItem")
                .Select(item => string.Join(' ', item.Elements(s_command + "parameter").Select(Shape))).Order()));
    }

    [Theory]
    [InlineData("Save-LearnModel", "Save-LearnModel [-Path] <Object> -Model <LearnModel> [-NoReport] [-Force] [-WhatIf] [-Confirm] [<CommonParameters>]")]
    [InlineData("Save-LearnModel", "Save-LearnModel -Model <LearnModel> -Name <String> [-NoReport] [-Force] [-WhatIf] [-Confirm] [<CommonParameters>]")]
    [InlineData("Install-LearnModel", "Install-LearnModel -LiteralPath <String[]> [-Scope {CurrentUser | AllUsers}] [-Force] [-PassThru] [-WhatIf] [-Confirm] [<CommonParameters>]")]
    [InlineData("Import-LearnModel", "Import-LearnModel [-Path] <String[]> [-Data <LearnDataBunch>] [-Device {Auto | Cpu | Cuda}] [<CommonParameters>]")]
    [InlineData("Test-LearnRuntime", "Test-LearnRuntime [<CommonParameters>]")]
    public void The_syntax_reads_as_the_engine_writes_it(string name, string expected)
    {
        string shown = _host.Run("param($name) Get-Help $name | Out-Default", name).ThrowIfFailed().Text;

        Assert.Contains(Joined(expected), Joined(shown), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Export-TrainingData", "TileSize", "256")]
    [InlineData("Export-TrainingData", "ChipFormat", "TIFF")]
    [InlineData("Export-TrainingData", "StrideSize", "None")]
    [InlineData("New-SingleShotDetector", "FocalLoss", "False")]
    [InlineData("Start-ModelTraining", "LearningRate", "None")]
    [InlineData("Measure-AveragePrecision", "IouThreshold", "0.1")]
    public void Defaults_read_as_they_would_be_typed(string cmdlet, string parameter, string expected)
    {
        PSObject help = _host.Run("param($c, $p) Get-Help $c -Parameter $p", cmdlet, parameter).ThrowIfFailed().Output.Single();

        Assert.Equal(expected, Text(help, "defaultValue"));
    }

    private static bool IsProse(string text, string name) => text.Length > 20 && !text.TrimStart().StartsWith(name, StringComparison.Ordinal);

    private static bool IsCommon(string name) => Cmdlet.CommonParameters.Contains(name);

    /// <summary>As the engine writes the set out: its list of parameters is in another order.</summary>
    private static IEnumerable<CommandParameterInfo> Ordered(CommandParameterSetInfo set) =>
        Regex.Matches(set.ToString(), @"-(\w+)").Select(name => set.Parameters.Single(p => p.Name == name.Groups[1].Value));

    private static string Shape(CommandParameterInfo p) => Shape(p.Name, p.IsMandatory, p.Position >= 0 ? $"{p.Position}" : "named");

    private static string Shape(XElement p) =>
        Shape(p.Element(s_maml + "name")!.Value, (bool)p.Attribute("required")!, (string)p.Attribute("position")!);

    private static string Shape(string name, bool isMandatory, string position) => $"{name}{(isMandatory ? "!" : "?")}{position}";

    // The view wraps within words.
    private static string Joined(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString()?.Trim() ?? "";

    /// <summary>The items at a path of properties, one or many.</summary>
    private static IEnumerable<PSObject> Items(PSObject item, string path)
    {
        object? at = item;
        foreach (string name in path.Split('.'))
        {
            at = at is null ? null : PSObject.AsPSObject(at).Properties[name]?.Value;
        }

        return (at is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : at) switch
        {
            null => [],
            object[] many => many.Select(PSObject.AsPSObject),
            object one => [PSObject.AsPSObject(one)],
        };
    }

    private CmdletInfo[] Cmdlets() =>
        [.. _host.Run("Get-Command -Module ArcLearn").ThrowIfFailed().Output.Select(o => (CmdletInfo)o.BaseObject)];

    private PSObject Help(string name) => _host.Run("param($name) Get-Help $name -Full", name).ThrowIfFailed().Output.Single();

    private void Check(Func<string, PSObject, bool> holds)
    {
        string[] names = [.. Cmdlets().Select(c => c.Name)];
        Assert.Equal(ModuleAssembly.Cmdlets.Count, names.Length);
        Assert.Equal([], names.Where(name => !holds(name, Help(name))));
    }

    private void CheckParameters(Func<CommandParameterInfo, PSObject, bool> holds)
    {
        List<string> faults = [];
        foreach (CmdletInfo cmdlet in Cmdlets())
        {
            Dictionary<string, PSObject> described = Items(Help(cmdlet.Name), "parameters.parameter").ToDictionary(p => Text(p, "name"));

            // The first set that knows a parameter: what differs between sets is in the syntax.
            foreach (CommandParameterInfo parameter in cmdlet.ParameterSets.SelectMany(s => s.Parameters).DistinctBy(p => p.Name).Where(p => !IsCommon(p.Name)))
            {
                if (!described.TryGetValue(parameter.Name, out PSObject? help) || !holds(parameter, help))
                {
                    faults.Add($"{cmdlet.Name} -{parameter.Name}");
                }
            }
        }

        Assert.Equal([], faults);
    }

    /// <summary>Whether a script parses and gives our cmdlets parameters that they have.</summary>
    private bool IsRunnable(string code)
    {
        Ast script = Parser.ParseInput(code, out _, out ParseError[] errors);
        Dictionary<string, CmdletInfo> ours = Cmdlets().ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        CommandAst[] calls = [.. script.FindAll(a => a is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>()];
        return errors.Length == 0 && calls.Length > 0 && calls.All(call =>
            ours.TryGetValue(call.GetCommandName(), out CmdletInfo? cmdlet)
            && call.CommandElements.OfType<CommandParameterAst>().All(p => cmdlet.Parameters.ContainsKey(p.ParameterName)));
    }
}
