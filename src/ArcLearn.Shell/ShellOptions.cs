using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace ArcLearn.Shell;

/// <summary>What the command line asks for: a script with arguments, a command text, or (neither) the prompt.</summary>
internal sealed partial record ShellOptions
{
    public const string Usage = """
        ArcLearn.Shell: a small console host for PowerShell scripts, where no PowerShell is installed.

          ArcLearn.Shell [-NonInteractive] [-File] script.ps1 [arguments...]
          ArcLearn.Shell [-NonInteractive] -Command "text"
          ArcLearn.Shell                                        an interactive prompt
          ArcLearn.Shell -Help

        -NonInteractive   a question (-Confirm, a missing argument) is an error instead of a wait

        Exit code: that of the script's exit; after an uncaught error (a script goes on after most errors of a cmdlet unless $ErrorActionPreference is Stop), or when the last statement of -Command failed, 1, or for an error of the module:
        65 bad input or arguments, 69 a missing runtime, 71 out of memory, 75 a disk, network or busy file (try again: a detection goes on where it
        stopped), 77 a missing right. 64 for a command line that makes no sense; 130 after Ctrl-C; 143 after SIGTERM.
        NO_COLOR turns colours off. Output that is not a terminal is plain text.
        """;

    public string? ScriptPath { get; private init; }

    /// <summary>The script's arguments as PowerShell source: values are quoted, parameter names are bare.</summary>
    public IReadOnlyList<string> Arguments { get; private init; } = [];

    public string? Command { get; private init; }

    public bool NonInteractive { get; private init; }

    public bool Help { get; private init; }

    /// <summary>What is wrong with the command line, or null.</summary>
    public string? Fault { get; private init; }

    public static ShellOptions Parse(IReadOnlyList<string> args)
    {
        ShellOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            string[] rest = [.. args.Skip(i + 1)];
            switch (args[i].ToUpperInvariant())
            {
                case "-NONINTERACTIVE":
                    options = options with { NonInteractive = true };
                    break;
                case "-HELP" or "-H" or "-?" or "--HELP":
                    return options with { Help = true };
                case "-COMMAND" or "-C":
                    return rest.Length > 0
                        ? options with { Command = string.Join(' ', rest) }
                        : options with { Fault = "-Command needs a text." };
                case "-FILE" or "-F":
                    return rest.Length > 0
                        ? options with { ScriptPath = rest[0], Arguments = [.. rest.Skip(1).Select(ToSource)] }
                        : options with { Fault = "-File needs a script." };
                default:
                    return args[i].StartsWith('-')
                        ? options with { Fault = $"There is no option {args[i]}." }
                        : options with { ScriptPath = args[i], Arguments = [.. rest.Select(ToSource)] };
            }
        }

        return options;
    }

    /// <summary>
    /// As PowerShell reads -File arguments: -Name is a parameter whose value may follow, -Name:value carries it,
    /// and only $true and $false mean more than their text.
    /// </summary>
    private static string ToSource(string arg)
    {
        Match parameter = Parameter().Match(arg);
        if (!parameter.Success)
        {
            return Quote(arg);
        }

        string value = parameter.Groups["value"].Value;
        bool isSwitch = value.Equals("$true", StringComparison.OrdinalIgnoreCase) || value.Equals("$false", StringComparison.OrdinalIgnoreCase);
        return parameter.Groups["name"].Value + (value.Length == 0 || isSwitch ? value : Quote(value));
    }

    private static string Quote(string value) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";

    [GeneratedRegex(@"^(?<name>-[\p{L}_?][\p{L}\p{N}_]*(:(?=.))?)(?<value>(?<=:).+)?$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}
