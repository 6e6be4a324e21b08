using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace ArcLearn.Shell;

/// <summary>Output to <see cref="Terminal"/>, questions through <see cref="Questions"/>. Errors, warnings and the like go to standard error.</summary>
internal sealed class ShellUI : PSHostUserInterface
{
    private const string Red = "\e[31;1m";
    private const string Yellow = "\e[33;1m";

    private readonly Questions _questions;

    public ShellUI(Terminal terminal, bool nonInteractive)
    {
        Terminal = terminal;
        _questions = new Questions(terminal, Input, nonInteractive);
    }

    public Terminal Terminal { get; }

    public InputReader Input { get; } = new();

    /// <summary>Whether what is printed is the error that ended a script: the engine prints it like any object.</summary>
    public bool ShowsError { get; set; }

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUI();

    public override bool SupportsVirtualTerminal => Terminal.UsesColor;

    public override void Write(string value) => Terminal.Write(value, ShowsError);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Terminal.Write(value, ShowsError);

    public override void WriteLine(string value) => Terminal.Write(value + Environment.NewLine, ShowsError);

    public override void WriteErrorLine(string value) => Terminal.WriteErrorLine(value, Red);

    public override void WriteWarningLine(string message) => Terminal.WriteErrorLine($"WARNING: {message}", Yellow);

    public override void WriteVerboseLine(string message) => Terminal.WriteErrorLine($"VERBOSE: {message}", Yellow);

    public override void WriteDebugLine(string message) => Terminal.WriteErrorLine($"DEBUG: {message}", Yellow);

    public override void WriteInformation(InformationRecord record)
    {
        // The engine prints what is meant to be seen through WriteLine; this is the record of it.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record) => Terminal.ShowProgress(sourceId, record);

    public override string ReadLine() => _questions.ReadAnswer("Read-Host") ?? "";

    public override SecureString ReadLineAsSecureString() => _questions.ReadSecret("Read-Host -AsSecureString");

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        _questions.AskFields(caption, message, descriptions);

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        _questions.AskChoice(caption, message, choices, defaultChoice);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        _questions.AskCredential(caption, message, userName);

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => _questions.AskCredential(caption, message, userName);
}
