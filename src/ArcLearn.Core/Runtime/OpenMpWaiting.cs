using System.Runtime.InteropServices;

namespace ArcLearn.Core.Runtime;

/// <summary>
/// How torch's threads wait for each other. GNU OpenMP's own way is to spin, which is a little faster on an idle machine, but where another process
/// wants a core, each of torch's many short waits costs a time slice: a training step beside a busy neighbour took four to thirteen times as long.
/// </summary>
internal static partial class OpenMpWaiting
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Lets waiting threads sleep, unless the environment says something else. Has an effect before libgomp is loaded only.</summary>
    public static void PreferSleeping()
    {
        if (!OperatingSystem.IsLinux()
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Policy))
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(SpinCount)))
        {
            return;
        }

        // .NET keeps its own copy of the environment: libgomp reads the process's.
        _ = SetEnvironmentVariable(Policy, "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
