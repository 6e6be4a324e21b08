using System.Runtime.CompilerServices;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>Where the tests run: the repository, and the folder of torch's natives.</summary>
internal static class TestEnvironment
{
    /// <summary>The folder that holds ArcLearn.slnx.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    [ModuleInitializer]
    internal static void UseNativesOfTheBuild()
    {
        string? named = Environment.GetEnvironmentVariable("ARCLEARN_NATIVE_PATH");
        TorchRuntime.NativeFolder = string.IsNullOrEmpty(named)
            ? Path.Combine(RepositoryRoot, "output", "ArcLearn", "bin", "dependencies")
            : named;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ArcLearn.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No ArcLearn.slnx above {AppContext.BaseDirectory}.");
    }
}
