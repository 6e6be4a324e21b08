namespace ArcLearn.Core.Inference;

/// <summary>Which of some names a mistyped one may stand for.</summary>
internal static class NearestName
{
    // Letters that a part of a name needs to be one.
    private const int Shortest = 3;

    /// <summary>
    /// The known name that the fewest changes of a letter lead to (Levenshtein), case and underscores apart; else one that holds the other or begins nearly as it; null where none is near.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string plain = Plain(name);
        (string Name, string Plain)[] others = [.. known.Select(other => (other, Plain(other)))];
        int allowed = Math.Max(1, plain.Length / 3);
        return Nearest(other => Changes(plain, other)[^1])
            ?? (plain.Length < Shortest ? null : others.FirstOrDefault(other => other.Plain.Contains(plain, StringComparison.Ordinal) || plain.Contains(other.Plain, StringComparison.Ordinal)).Name)
            ?? (plain.Length <= Shortest ? null : Nearest(other => Changes(plain, other)[Math.Min(Shortest, other.Length)..].Min()));

        string? Nearest(Func<string, int> distance) => others
            .Select(other => (other.Name, Distance: distance(other.Plain)))
            .Where(other => other.Distance <= allowed)
            .OrderBy(other => other.Distance)
            .FirstOrDefault().Name;
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Changes of a letter from a name to each beginning of another, the empty one first and the whole of it last.</summary>
    private static int[] Changes(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row;
    }
}
