using System.Diagnostics;
using System.Text;

namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>A run of ArcLearn.Shell as its own process, with pipes for standard input, output and error.</summary>
internal sealed class ShellProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    public ShellProcess(params string[] arguments)
    {
        // A test run that a scheduler started in the background ignores Ctrl-C, and so would all it starts.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        ProcessStartInfo start = new(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in command[1..].Append(Path!).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Append(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Append(_error, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>ArcLearn.Shell.dll; null where it is not known.</summary>
    public static string? Path => Environment.GetEnvironmentVariable("ARCLEARN_SHELL") is { Length: > 0 } path ? path : null;

    /// <summary>How often a test kills what it is to survive; more by $env:ARCLEARN_KILLS.</summary>
    public static int Kills => int.TryParse(Environment.GetEnvironmentVariable("ARCLEARN_KILLS"), out int kills) ? kills : 4;

    public static ShellResult Run(string[] arguments, string input = "")
    {
        using ShellProcess shell = new(arguments);
        return shell.Finish(input);
    }

    public ShellResult Finish(string input = "")
    {
        _process.StandardInput.Write(input);
        _process.StandardInput.Close();
        if (!_process.WaitForExit(s_patience))
        {
            throw new TimeoutException($"The shell did not end. It wrote: {_output} {_error}");
        }

        _process.WaitForExit();
        return new ShellResult(_process.ExitCode, _output.ToString(), _error.ToString());
    }

    public void WaitForOutput(string text)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed < s_patience; Thread.Sleep(20))
        {
            lock (_output)
            {
                if (_output.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }

        throw new TimeoutException($"The shell did not write '{text}', but: {_output} {_error}");
    }

    /// <summary>Sends a signal by name, such as INT.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }
}

internal sealed record ShellResult(int ExitCode, string Output, string Error);

/// <summary>A test that starts ArcLearn.Shell: skipped where ARCLEARN_SHELL does not name it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute(bool unixOnly = false)
    {
        Skip = ShellProcess.Path is null ? "ARCLEARN_SHELL does not name ArcLearn.Shell.dll; build.ps1 -Task Test sets it."
            : unixOnly && OperatingSystem.IsWindows() ? "Windows has no such signals between processes."
            : null;
    }
}

/// <summary>The same for tables of cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellTheoryAttribute : TheoryAttribute
{
    public ShellTheoryAttribute(bool unixOnly = false) => Skip = new ShellFactAttribute(unixOnly).Skip;
}
