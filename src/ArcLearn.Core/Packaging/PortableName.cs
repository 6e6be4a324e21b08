namespace ArcLearn.Core.Packaging;

/// <summary>File names that mean one file, and the same one, on every system.</summary>
internal static class PortableName
{
    private const string Forbidden = "<>:\"/\\|?*";
    private const int MaximumLength = 200;

    // What is left of Windows' 260 characters in a usual store is less, but there long paths are a setting; elsewhere 4096 are usual.
    private const int MaximumPathLength = 400;

    private static readonly HashSet<string> s_devices = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. "123456789\u00B9\u00B2\u00B3".SelectMany(n => new[] { $"COM{n}", $"LPT{n}" })],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with a single file or folder name, to follow "it"; null for nothing.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0 || name.Length > MaximumLength)
        {
            return $"has {name.Length} characters; 1 to {MaximumLength} are possible";
        }

        if (name.Any(c => char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal)))
        {
            return "holds a character that file names cannot have everywhere";
        }

        if (name[^1] is '.' or ' ')
        {
            return "ends in a dot or a space, which Windows drops";
        }

        return s_devices.Contains(name.Split('.')[0].TrimEnd()) ? "is a device on Windows" : null;
    }

    /// <summary>A model's name: a file name that is neither hidden nor taken for a path by -Model.</summary>
    /// <exception cref="LearnArgumentException">It is not.</exception>
    public static void CheckModelName(string name)
    {
        string? problem = Problem(name)
            ?? (name[0] is '.' or ' ' ? "begins with a dot or a space" : null)
            ?? (ModelStore.IsPath(name) ? "ends like a file, so -Model would take it for a path" : null);
        if (problem is not null)
        {
            throw new LearnArgumentException("Name", $"'{name}' cannot be a model's name: it {problem}.");
        }
    }

    /// <summary>The relative path of a package's member with '/' between its parts.</summary>
    /// <param name="name">As written: either slash, perhaps with "." parts.</param>
    /// <param name="problem">Why it is none: empty, absolute, with "..", a drive or anything else that could lead out of a folder.</param>
    public static string? TryNormalize(string name, out string? problem)
    {
        string slashed = name.Replace('\\', '/');
        problem = slashed.StartsWith('/') || (slashed.Length > 1 && slashed[1] == ':') ? "is absolute" : null;
        string[] parts = [.. slashed.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];
        problem ??= parts.Length == 0 ? "is empty" : null;
        problem ??= parts.Contains("..", StringComparer.Ordinal) ? "leads out of the folder by '..'" : null;
        problem ??= parts.Select(Problem).FirstOrDefault(found => found is not null);
        problem ??= slashed.Length > MaximumPathLength ? $"has {slashed.Length} characters; {MaximumPathLength} are possible" : null;
        return problem is null ? string.Join('/', parts) : null;
    }
}
