namespace ArcLearn.Tests.Unit.Vectors;

/// <summary>The fixtures of Tests/Data/vectors; README.md there says how each was made.</summary>
internal static class VectorData
{
    public static string PathOf(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "Tests", "Data", "vectors", name);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException($"Tests/Data/vectors/{name} is missing above {AppContext.BaseDirectory}.", name);
    }
}
