using System.Runtime.InteropServices;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public partial class OpenMpWaitingTests
{
    [Fact]
    public void Torchs_threads_sleep_while_they_wait_unless_the_environment_says_otherwise()
    {
        bool isUsers = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"))
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("GOMP_SPINCOUNT"));
        string? expected = OperatingSystem.IsLinux() && !isUsers ? "PASSIVE" : Environment.GetEnvironmentVariable("OMP_WAIT_POLICY");

        // What libgomp sees is the process's environment, of which .NET has a copy from before.
        string? actual = OperatingSystem.IsLinux() ? Marshal.PtrToStringUTF8(GetEnvironmentVariable("OMP_WAIT_POLICY")) : expected;

        Assert.Equal(expected, actual);
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetEnvironmentVariable(string name);
}
