using System.Diagnostics;
using System.Globalization;

namespace ArcLearn.Benchmarks;

/// <summary>Runs the programs that measurements are made in, and reads the numbers that they print.</summary>
internal static class PeerProcess
{
    public static double[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];

    public static string Python(string script, params string[] arguments) =>
        Start(Environment.GetEnvironmentVariable("ARCLEARN_GDAL_PYTHON") ?? "/usr/bin/python3", ["-c", script, .. arguments]);

    public static string Start(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    /// <summary>Starts a script that stays, and answers each line with numbers.</summary>
    public static Process Converse(string python, string script, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(python, [script, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };

        // As the module does: on a machine that others use too, threads that spin would be measured instead of the network.
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        return Process.Start(start)!;
    }

    /// <summary>The answer of such a script.</summary>
    public static double[] Ask(Process peer)
    {
        peer.StandardInput.WriteLine("run");
        peer.StandardInput.Flush();
        return Numbers(peer.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The script has ended."));
    }
}
