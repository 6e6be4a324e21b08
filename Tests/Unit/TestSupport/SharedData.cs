namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>Third-party data beside the repository (../shared/data), or where ARCLEARN_SHARED_DATA says.</summary>
internal static class SharedData
{
    /// <summary>The folder, or null where it is absent.</summary>
    public static string? Root { get; } = Find();

    /// <summary>A path below the folder; for tests marked with <see cref="SharedDataFactAttribute"/>.</summary>
    public static string PathOf(params string[] parts) =>
        Path.Combine([Root ?? throw new DirectoryNotFoundException("There is no shared data."), .. parts]);

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("ARCLEARN_SHARED_DATA");
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(candidate, "README.md")))
            {
                return candidate;
            }
        }

        return null;
    }
}

/// <summary>A test that needs the shared data, skipped where they are absent.</summary>
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedDataSkip.Reason;
}

/// <summary>A test with cases that needs the shared data, skipped where they are absent.</summary>
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedDataSkip.Reason;
}

internal static class SharedDataSkip
{
    public static string? Reason => SharedData.Root is null
        ? "There is no ../shared/data beside the repository and ARCLEARN_SHARED_DATA does not name it."
        : null;
}
