using System.Collections.Concurrent;

namespace ArcLearn.Core.Data;

/// <summary>Counts what was left out or changed, so that each kind is told once, with its number.</summary>
internal sealed class WarningTally
{
    private readonly ConcurrentDictionary<string, int> _counts = new();

    public void Add(string kind, int count = 1) => _counts.AddOrUpdate(kind, count, (_, old) => old + count);

    public int this[string kind] => _counts.GetValueOrDefault(kind);

    /// <summary>Tells each kind once, in alphabetical order: workers count in any.</summary>
    public void Tell(Action<string>? warn, string where)
    {
        foreach ((string kind, int count) in _counts.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            warn?.Invoke($"{where}: {count} {kind}.");
        }
    }
}
