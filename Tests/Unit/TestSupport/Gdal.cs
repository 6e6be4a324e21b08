using System.Diagnostics;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>Python with GDAL, to which results are compared where it is installed (Debian: python3-gdal); ARCLEARN_GDAL_PYTHON names another.</summary>
internal static class Gdal
{
    private static readonly string? s_python = Find();

    public static string? Missing => s_python is null
        ? "There is no Python with GDAL (Debian: python3-gdal), and ARCLEARN_GDAL_PYTHON does not name one."
        : null;

    /// <summary>Runs a script and returns what it printed; a failure fails the test.</summary>
    public static string Run(string script, params IEnumerable<string> arguments)
    {
        (int code, string output, string error) = Start(s_python!, ["-c", script, .. arguments]);
        Assert.True(code == 0, error);
        return output;
    }

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("ARCLEARN_GDAL_PYTHON");
        foreach (string python in string.IsNullOrEmpty(named) ? ["/usr/bin/python3", "python3"] : new[] { named })
        {
            try
            {
                if (Start(python, ["-c", "from osgeo import gdal, gdal_array"]).Code == 0)
                {
                    return python;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not there; the next may be.
            }
        }

        return null;
    }

    private static (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}

/// <summary>A test that compares with GDAL, skipped where there is none.</summary>
public sealed class GdalFactAttribute : FactAttribute
{
    public GdalFactAttribute() => Skip = Gdal.Missing;
}

/// <summary>A test with cases that compares with GDAL, skipped where there is none.</summary>
public sealed class GdalTheoryAttribute : TheoryAttribute
{
    public GdalTheoryAttribute() => Skip = Gdal.Missing;
}

/// <summary>A test that needs both the shared data and GDAL.</summary>
public sealed class SharedDataGdalFactAttribute : FactAttribute
{
    public SharedDataGdalFactAttribute() => Skip = SharedDataSkip.Reason ?? Gdal.Missing;
}
