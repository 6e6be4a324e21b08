namespace ArcLearn.Core.Diagnosis;

/// <summary>Gathers findings: the most serious first, else in the order they were made.</summary>
internal sealed class Findings
{
    /// <summary>How many times rarer than another a class may be before it is told.</summary>
    public const double Imbalance = 20;

    /// <summary>Fewer examples than these teach a class nothing.</summary>
    public const int FewExamples = 10;

    private readonly List<TrainingDataFinding> _found = [];

    public IReadOnlyList<TrainingDataFinding> Ordered => [.. _found.OrderByDescending(f => f.Severity)];

    public void Add(FindingSeverity severity, string id, string path, string message, string remedy) =>
        _found.Add(new TrainingDataFinding { Severity = severity, Id = id, Path = path, Message = message, Remedy = remedy });

    /// <summary>Does a piece of the diagnosis; what would refuse an export or a training becomes a finding with its own words.</summary>
    /// <param name="remedy">Said where the refusal names none itself.</param>
    /// <returns>Whether it went through.</returns>
    public bool Try(string path, string remedy, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (LearnDataException e)
        {
            Add(FindingSeverity.Error, e.Id, path, e.Message, remedy);
        }
        catch (LearnFormatException e)
        {
            Add(FindingSeverity.Error, "InvalidFormat", e.Path, e.Message, "Copy or export the file again.");
        }
        catch (LearnArgumentException e)
        {
            Add(FindingSeverity.Error, e.Id, path, e.Message, remedy);
        }

        return false;
    }

    /// <summary>Classes without examples, with few, and with far fewer than others.</summary>
    /// <param name="thing">What is counted, in the plural.</param>
    public void AddClasses(string path, IReadOnlyList<(string Name, long Count)> classes, string thing)
    {
        string[] empty = [.. classes.Where(c => c.Count == 0).Select(c => c.Name)];
        if (empty.Length > 0)
        {
            Add(FindingSeverity.Warning, "EmptyClass", path, $"{empty.Length} class(es) have no {thing}: {string.Join(", ", empty)}.", "Label some, or leave the classes out with -ClassMapping.");
        }

        (string Name, long Count)[] present = [.. classes.Where(c => c.Count > 0).OrderBy(c => c.Count)];
        (string Name, long Count)[] few = [.. present.Where(c => c.Count < FewExamples)];
        if (few.Length > 0)
        {
            Add(
                FindingSeverity.Warning, "FewExamples", path, $"{few.Length} class(es) have fewer than {FewExamples} {thing}: {string.Join(", ", few.Select(c => $"{c.Name} {c.Count}"))}.",
                "Label more of them, or join classes with -ClassMapping.");
        }

        if (present.Length > 1 && present[^1].Count > Imbalance * present[0].Count)
        {
            Add(
                FindingSeverity.Warning, "ClassImbalance", path,
                FormattableString.Invariant($"{present[^1].Name} has {present[^1].Count} {thing}, {present[0].Name} only {present[0].Count}: 1 to {(double)present[^1].Count / present[0].Count:0}."),
                "Label more of the rare class, or weigh classes when training (focal loss, class balancing).");
        }
    }
}
