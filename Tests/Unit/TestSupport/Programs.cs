using System.Diagnostics;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>Other programs that read what is written here; tests that need one are skipped where it is not installed.</summary>
internal static class Programs
{
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>What the program prints; its errors fail the test.</summary>
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors.Result}");
        return output + errors.Result;
    }
}

/// <summary>A test that runs GDAL's validator of GeoPackages, skipped where it is not installed.</summary>
public sealed class GdalValidatorFactAttribute : FactAttribute
{
    public GdalValidatorFactAttribute() =>
        Skip = GdalSkip.Reason ?? (File.Exists(GdalSkip.Validator) ? null : "GDAL's validate_gpkg.py is not installed (Debian: python3-gdal).");
}

internal static class GdalSkip
{
    public const string Validator = "/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py";

    public static string? Reason => Programs.Find("ogrinfo") is null ? "GDAL's ogrinfo is not installed (Debian: gdal-bin)." : null;
}
