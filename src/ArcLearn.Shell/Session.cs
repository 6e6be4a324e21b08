using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace ArcLearn.Shell;

/// <summary>One runspace and the rules by which its pipelines become exit codes.</summary>
internal sealed class Session : IDisposable
{
    private readonly ShellHost _host;
    private readonly Runspace _runspace;
    private readonly object _gate = new();
    private PowerShell? _running;
    private ErrorRecord? _ended;
    private bool _stopping;

    public Session(ShellHost host)
    {
        ModulePath.Prepare();
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        }

        _host = host;
        _runspace = RunspaceFactory.CreateRunspace(host, state);
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
    }

    /// <summary>Whether a stop ends the pipeline only, not the shell.</summary>
    public bool IsInteractive { get; set; }

    /// <summary>The code of an exit statement, or null where none was met.</summary>
    public int? ExitCode => _host.ExitCode;

    public ShellUI UI => _host.Console;

    public int RunScript(string path, IEnumerable<string> arguments)
    {
        // A bare name is a file here, not a command to look up.
        string file = Path.GetFullPath(path);
        if (!File.Exists(file))
        {
            UI.WriteErrorLine($"There is no script {file}.");
            return 64;
        }

        // An exit inside a script file leaves its code in $LASTEXITCODE, as native commands do, and a failed $?, as those do not.
        // A script that could not start (its syntax, its arguments) leaves a failed $? alone.
        string call = string.Join(' ', arguments.Prepend($"& '{CodeGeneration.EscapeSingleQuotedStringContent(file)}'"));
        bool ended = Run(shell => shell.AddScript($"{call}\nif (-not $?) {{ exit $(if ($LASTEXITCODE) {{ $LASTEXITCODE }} else {{ 1 }}) }}"));
        return _host.ExitCode ?? (ended ? 0 : ExitCodes.Of(_ended));
    }

    public int RunCommand(string text)
    {
        bool ended = Run(shell => shell.AddScript(text));
        return _host.ExitCode ?? (!ended ? ExitCodes.Of(_ended) : LastStatementWorked() ? 0 : ExitCodes.Of(Evaluate<ErrorRecord>("$global:Error[0]")));
    }

    /// <summary>Runs one pipeline into the host.</summary>
    /// <returns>False when an error or a stop ended it.</returns>
    public bool Run(Action<PowerShell> build)
    {
        PowerShell shell = PowerShell.Create(_runspace);
        build(shell);
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            _running = shell;
        }

        try
        {
            // Only a pipeline that goes into the history leaves its $? behind.
            shell.Invoke(input: null, new PSInvocationSettings { AddToHistory = true });
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (RuntimeException e)
        {
            _ended = e.ErrorRecord;
            ShowError(e.ErrorRecord);
            return false;
        }
        finally
        {
            lock (_gate)
            {
                // Inside the lock: a stop that is under way still needs it.
                _running = null;
                shell.Dispose();
            }
        }
    }

    /// <summary>Stops what runs, and a question that waits for its answer; returns when it has stopped.</summary>
    public void Stop()
    {
        UI.Input.Interrupt();
        lock (_gate)
        {
            _stopping = !IsInteractive;
            _running?.Stop();
        }
    }

    /// <summary>The value of an expression, for the shell's own needs.</summary>
    public T? Evaluate<T>(string expression)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        return shell.AddScript(expression).Invoke<T>().FirstOrDefault();
    }

    public void Dispose() => _runspace.Dispose();

    private bool LastStatementWorked() => Evaluate<bool>("$global:?");

    private void ShowError(ErrorRecord error)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        UI.ShowsError = true;
        try
        {
            shell.AddCommand("Out-Default").Invoke(new[] { error });
        }
        finally
        {
            UI.ShowsError = false;
        }
    }
}
