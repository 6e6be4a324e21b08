using System.Diagnostics;
using System.Globalization;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>A process of Python that runs the same network when it is asked to, and sleeps meanwhile.</summary>
internal sealed class PyTorchPeer : IDisposable
{
    private readonly Process _process;

    private PyTorchPeer(Process process, string version, double operations) => (_process, Version, Operations) = (process, version, operations);

    public string Version { get; }

    /// <summary>Multiplications and additions of the layers of one forward pass of the batch.</summary>
    public double Operations { get; }

    /// <summary>Starts it; null, with the reason printed, where there is no Python with torch.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="parity">The folder of ssd.py, unet.py and classifier.py.</param>
    public static PyTorchPeer? Start(string python, string parity, SpeedCase of)
    {
        ProcessStartInfo start = new(python) { RedirectStandardInput = true, RedirectStandardOutput = true };
        string script = Path.Combine(parity, "..", "Benchmarks", "Speed", "peer.py");
        foreach (string argument in new[] { script, $"{of.Threads}", parity, $"{of.Chip}", $"{of.Batch}", of.Backbone, string.Join(',', of.Grids), "9", $"{of.Classes}", of.Network })
        {
            start.ArgumentList.Add(argument);
        }

        // As the module does: on a machine that others use too, threads that spin would be measured instead of the network.
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        try
        {
            Process process = Process.Start(start)!;
            if (process.StandardOutput.ReadLine()?.Split(' ') is ["ready", string version, string operations])
            {
                return new PyTorchPeer(process, version, double.Parse(operations, CultureInfo.InvariantCulture));
            }

            process.WaitForExit();
            Console.WriteLine($"{python} ended with exit code {process.ExitCode}: no comparison with PyTorch.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Console.WriteLine($"No comparison with PyTorch: {python}: {e.Message}");
        }

        return null;
    }

    /// <summary>What one training step or forward pass takes.</summary>
    public Taken Measure(string what, string layout, int count)
    {
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {layout} {count}"));
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("PyTorch's process has ended.");
        double[] seconds = [.. line.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
        return new Taken(seconds[0], seconds[1]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
