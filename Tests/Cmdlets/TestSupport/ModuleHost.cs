using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Management.Automation.Runspaces;

namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>The PowerShell engine with the packaged module imported, as a user has it.</summary>
internal sealed class ModuleHost : IDisposable
{
    private readonly RecordingHost _host = new();
    private readonly Runspace _runspace;

    public ModuleHost(bool import = true)
    {
        _runspace = RunspaceFactory.CreateRunspace(_host, InitialSessionState.CreateDefault2());
        _runspace.Open();
        if (import)
        {
            Run("param($path) Import-Module $path -ErrorAction Stop", ModulePath).ThrowIfFailed();
        }
    }

    /// <summary>The packaged module: output/ArcLearn above the tests, or where ARCLEARN_MODULE says.</summary>
    public static string ModulePath { get; } = FindModule();

    /// <summary>Answers to -Confirm and what was asked; progress and text of the host.</summary>
    public RecordingUI Host => _host.Recorded;

    /// <summary>Sets the session's current location, which relative paths start from.</summary>
    public void SetLocation(string path) => _runspace.SessionStateProxy.Path.SetLocation(path);

    /// <summary>Runs a script; param() takes the arguments. Ends with whatever ended the script.</summary>
    public RunResult Run(string script, params object?[] arguments) => Run(script, CancellationToken.None, arguments);

    /// <summary>Runs a script and stops the pipeline, as Ctrl-C does, when the token is cancelled.</summary>
    public RunResult Run(string script, CancellationToken stop, params object?[] arguments)
    {
        _host.Recorded.TakeText();
        _host.Recorded.Progress.Clear();
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (object? argument in arguments)
        {
            shell.AddArgument(argument);
        }

        ConcurrentQueue<ProgressRecord> progress = new();
        shell.Streams.Progress.DataAdded += (_, e) => progress.Enqueue(shell.Streams.Progress[e.Index]);
        using PSDataCollection<PSObject> output = [];
        Exception? failure = null;
        using CancellationTokenRegistration registration = stop.Register(() => shell.BeginStop(null, null));
        try
        {
            shell.Invoke(input: null, output);
        }
        catch (Exception e) when (e is RuntimeException or PipelineStoppedException)
        {
            failure = e;
        }

        // A stop of the whole pipeline is no exception to Invoke, only a state.
        if (shell.InvocationStateInfo is { State: PSInvocationState.Stopped } state)
        {
            failure ??= state.Reason ?? new PipelineStoppedException();
        }

        return new RunResult
        {
            Output = [.. output],
            Errors = [.. shell.Streams.Error],
            Warnings = [.. shell.Streams.Warning.Select(w => w.Message)],
            Verbose = [.. shell.Streams.Verbose.Select(v => v.Message)],
            Progress = [.. progress],
            Text = Plain(_host.Recorded.TakeText()),
            Failure = failure,
        };
    }

    public void Dispose() => _runspace.Dispose();

    private static string Plain(string text) => new StringDecorated(text).ToString(OutputRendering.PlainText);

    private static string FindModule()
    {
        if (Environment.GetEnvironmentVariable("ARCLEARN_MODULE") is { Length: > 0 } named)
        {
            return named;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string module = Path.Combine(folder.FullName, "output", "ArcLearn");
            if (File.Exists(Path.Combine(module, "ArcLearn.psd1")))
            {
                return module;
            }
        }

        throw new DirectoryNotFoundException("These tests run the packaged module, and no output/ArcLearn is above them: run build.ps1 -Task Build.");
    }
}
