using System.Diagnostics;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>The system's Python where it has torch and torchvision: Debian's python3-torch, or the one that ARCLEARN_PYTHON names.</summary>
internal static class PyTorch
{
    private static readonly string s_python = Environment.GetEnvironmentVariable("ARCLEARN_PYTHON") is { Length: > 0 } named ? named : "/usr/bin/python3";

    /// <summary>Why it cannot be used; null where it can.</summary>
    public static string? Missing { get; } = Find();

    /// <summary>Runs a script of Tests/Parity.</summary>
    /// <returns>What it printed.</returns>
    public static string Run(string script, params string[] arguments)
    {
        (int code, string output, string error) = Start([Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Parity", script), .. arguments]);
        Assert.True(code == 0, $"{script} ended with exit code {code}: {error}");
        return output;
    }

    private static string? Find()
    {
        try
        {
            return Start(["-c", "import torch, torchvision"]).Code == 0 ? null : $"{s_python} has no torch and torchvision.";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"{s_python} does not start: {e.Message}";
        }
    }

    private static (int Code, string Output, string Error) Start(string[] arguments)
    {
        ProcessStartInfo start = new(s_python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // Compiled files beside the scripts would be litter in the repository.
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}

/// <summary>A test that runs PyTorch, skipped where there is none.</summary>
public sealed class PyTorchFactAttribute : FactAttribute
{
    public PyTorchFactAttribute() => Skip = PyTorch.Missing;
}

/// <summary>A test with cases that runs PyTorch, skipped where there is none.</summary>
public sealed class PyTorchTheoryAttribute : TheoryAttribute
{
    public PyTorchTheoryAttribute() => Skip = PyTorch.Missing;
}
