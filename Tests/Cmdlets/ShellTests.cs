using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>What schedulers and scripts rely on: exit codes, streams, signals.</summary>
public sealed class ShellTests : IDisposable
{
    private const string Confirming = """
        function Remove-Thing {
            [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param()
            if ($PSCmdlet.ShouldProcess('a thing', 'Remove')) { 'removed' } else { 'kept' }
        }
        Remove-Thing
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("arclearn-shell-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ShellTheory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 0", 0)]
    [InlineData("throw 'no'", 1)]
    [InlineData("dotnet --no-such-option; 'a script goes on after a native command that failed'", 0)]
    [InlineData("Get-Command no-such-command; 'and after an error that ends nothing'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-Command no-such-command", 1)]
    [InlineData("if (", 1)]
    [InlineData("param([Parameter(Mandatory)][int] $Number = 1) 'the argument does not fit'", 1, "-Number", "many")]
    public void A_script_ends_with_its_own_exit_code(string script, int expected, params string[] arguments) =>
        Assert.Equal(expected, ShellProcess.Run([Script(script), .. arguments]).ExitCode);

    [ShellTheory]
    [InlineData("1 + 1", 0)]
    [InlineData("exit 9", 9)]
    [InlineData("Get-Command no-such-command", 1)]
    [InlineData("Get-Command no-such-command; 1", 0)]
    [InlineData("dotnet --no-such-option", 1)]
    [InlineData("throw 'no'", 1)]
    public void A_command_fails_when_its_last_statement_fails(string command, int expected) =>
        Assert.Equal(expected, ShellProcess.Run(["-Command", command]).ExitCode);

    [ShellFact]
    public void A_command_line_that_makes_no_sense_is_told_so()
    {
        Assert.Equal(64, ShellProcess.Run([Path.Combine(_folder, "absent.ps1")]).ExitCode);
        Assert.Equal(64, ShellProcess.Run(["-NoSuchOption"]).ExitCode);
        Assert.Contains("-NonInteractive", ShellProcess.Run(["-Help"]).Output, StringComparison.Ordinal);
    }

    [ShellFact]
    public void Arguments_reach_the_script_as_written()
    {
        string script = Script("param([string] $Name, [switch] $Flag, [int[]] $Number, [Parameter(ValueFromRemainingArguments)] $Rest) \"$Name|$Flag|$Number|$Rest\"");

        ShellResult result = ShellProcess.Run(["-File", script, "-Name", "it's $HOME; \"q\"", "-Flag:$true", "-Number", "3", "rest", "-1"]);

        Assert.Equal("it's $HOME; \"q\"|True|3|rest -1\n", result.Output);
    }

    [ShellFact]
    public void Errors_and_warnings_go_to_standard_error_as_plain_text_with_their_place()
    {
        string script = Script("'out'\nGet-Command no-such-command\n[pscustomobject]@{ A = 1 }\n'last'");

        ShellResult result = ShellProcess.Run([script]);

        Assert.Equal(["out", "", "A", "-", "1", "last"], result.Output.TrimEnd().Split('\n').Select(l => l.Trim()));
        Assert.Contains($"Get-Command: {script}:2", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }

    [ShellFact]
    public void An_uncaught_error_goes_to_standard_error_with_its_place()
    {
        string script = Script("'out'\nthrow 'the end'");

        ShellResult result = ShellProcess.Run([script]);

        Assert.Equal("out\n", result.Output);
        Assert.StartsWith($"Exception: {script}:2", result.Error, StringComparison.Ordinal);
        Assert.Contains("the end", result.Error, StringComparison.Ordinal);
    }

    [ShellFact]
    public void Progress_leaves_no_trace_in_a_pipe()
    {
        string script = Script("""
            foreach ($percent in 0..100) {
                $Host.UI.WriteProgress(1, [Management.Automation.ProgressRecord]::new(1, 'Working', 'on it'))
            }
            'done'
            """);

        ShellResult result = ShellProcess.Run([script]);

        Assert.Equal(new ShellResult(0, "done\n", ""), result);
    }

    [ShellTheory]
    [InlineData("y\n", "removed")]
    [InlineData("maybe\nn\n", "kept")]
    [InlineData("\n", "removed")]
    public void A_confirmation_is_answered_from_standard_input(string input, string expected)
    {
        ShellResult result = ShellProcess.Run([Script(Confirming)], input);

        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith(expected, result.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("[Y] Yes", result.Output, StringComparison.Ordinal);
    }

    [ShellFact]
    public void A_confirmation_that_nobody_can_answer_is_an_error()
    {
        ShellResult closed = ShellProcess.Run([Script(Confirming)]);
        ShellResult refused = ShellProcess.Run(["-NonInteractive", Script(Confirming)], "y\n");

        Assert.Contains("The input ended before", closed.Error, StringComparison.Ordinal);
        Assert.Contains("-NonInteractive", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("removed", closed.Output + refused.Output, StringComparison.Ordinal);
    }

    [ShellFact]
    public void Statements_from_a_pipe_run_one_by_one_also_over_several_lines()
    {
        ShellResult result = ShellProcess.Run([], "1 + 1\nif ($true) {\n  'in'\n}\nGet-Command no-such-command\n'after'\nexit 4\n'never'\n");

        Assert.Equal("2\nin\nafter\n", result.Output);
        Assert.Equal(4, result.ExitCode);
    }

    [ShellTheory(unixOnly: true)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_stops_the_pipeline_and_lets_finally_blocks_run(string signal, int expected)
    {
        using ShellProcess shell = new(Script("try { 'started'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { [Console]::Out.WriteLine('cleaned up') }"));
        shell.WaitForOutput("started");

        shell.Signal(signal);
        ShellResult result = shell.Finish();

        Assert.Equal(expected, result.ExitCode);
        Assert.Contains("cleaned up", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [ShellFact(unixOnly: true)]
    public void Ctrl_C_leaves_a_question()
    {
        using ShellProcess shell = new(Script(Confirming));
        shell.WaitForOutput("Performing the operation");

        shell.Signal("INT");

        Assert.Equal(130, shell.Finish().ExitCode);
    }

    private string Script(string text)
    {
        string path = Path.Combine(_folder, "script.ps1");
        File.WriteAllText(path, text);
        return path;
    }
}
