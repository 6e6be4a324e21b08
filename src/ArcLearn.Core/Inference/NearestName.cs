namespace ArcLearn.Core.Inference;

/// <summary>Which of some names a mistyped one may stand for.</summary>
internal static class NearestName
{
    /// <summary>The known name that the fewest changes of a letter lead to (Levenshtein), case and underscores apart; null where none is near.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string plain = Plain(name);
        (string Name, int Distance) best = known
            .Select(other => (other, Distance(plain, Plain(other))))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(pair => pair.Item2);
        string? part = known.FirstOrDefault(other => plain.Length > 2 && (Plain(other).Contains(plain, StringComparison.Ordinal) || plain.Contains(Plain(other), StringComparison.Ordinal)));
        return best.Distance <= Math.Max(1, plain.Length / 3) ? best.Name : part;
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static int Distance(string from, string to)
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

        return row[^1];
    }
}
