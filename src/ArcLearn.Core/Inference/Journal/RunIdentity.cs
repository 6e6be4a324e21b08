namespace ArcLearn.Core.Inference;

/// <summary>All that decides the bytes of a run's result, part by part: two runs of equal identity can be one run, interrupted and resumed.</summary>
/// <param name="Parts">Name, as a user knows it, and value.</param>
internal sealed record RunIdentity(IReadOnlyList<KeyValuePair<string, string>> Parts)
{
    /// <summary>The part that tells the shards of a run apart.</summary>
    public const string Shard = "Shard";

    /// <summary>The parts that tell machines and installations apart, not runs.</summary>
    public static readonly IReadOnlyList<string> Runtime = ["ArcLearn", "TorchSharp", "processor", "device"];

    /// <summary>The identity of a part of the run.</summary>
    public RunIdentity With(string name, string value) => new([.. Parts, new(name, value)]);

    /// <summary>The identity of a shard of the run; its own where it is not split.</summary>
    public RunIdentity OfShard(ShardNumber? shard) => shard is ShardNumber part ? With(Shard, part.ToString()) : this;

    /// <summary>The value of a part; null for one that is not there.</summary>
    public string? Value(string name) => Parts.FirstOrDefault(part => part.Key == name).Value;

    /// <summary>The identity without some of its parts.</summary>
    public RunIdentity Without(params IReadOnlyCollection<string> names) => new([.. Parts.Where(part => !names.Contains(part.Key))]);

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
