namespace ArcLearn.Core.Inference;

/// <summary>All that decides the bytes of a run's result, part by part: two runs of equal identity can be one run, interrupted and resumed.</summary>
/// <param name="Parts">Name, as a user knows it, and value.</param>
internal sealed record RunIdentity(IReadOnlyList<KeyValuePair<string, string>> Parts)
{
    /// <summary>What is another here than there, in words; null where nothing is.</summary>
    /// <param name="earlier">Of the run that was interrupted.</param>
    public string? Difference(RunIdentity earlier)
    {
        Dictionary<string, string> there = new(earlier.Parts, StringComparer.Ordinal);
        string[] differences =
        [
            .. Parts.Where(part => there.GetValueOrDefault(part.Key) != part.Value).Select(part => Describe(part.Key, part.Value, there.GetValueOrDefault(part.Key))),
            .. earlier.Parts.Where(part => Parts.All(here => here.Key != part.Key)).Select(part => Describe(part.Key, null, part.Value)),
        ];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }

    private static string Describe(string name, string? here, string? there) => $"{name}: {there ?? "none"} then, {here ?? "none"} now";
}
