using System.Globalization;
using System.Management.Automation.Host;

namespace ArcLearn.Shell;

/// <summary>The host that scripts see as $Host.</summary>
internal sealed class ShellHost(ShellUI ui) : PSHost
{
    public override string Name => "ArcLearn.Shell";

    public override Version Version { get; } = typeof(ShellHost).Assembly.GetName().Version ?? new Version(0, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <summary>The code of a script's exit, or null where none was called.</summary>
    public int? ExitCode { get; private set; }

    public ShellUI Console => ui;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no nested prompt.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("This host has no nested prompt.");

    // A native command may write to the terminal by itself.
    public override void NotifyBeginApplication() => ui.Terminal.ClearProgress();

    public override void NotifyEndApplication()
    {
    }
}
