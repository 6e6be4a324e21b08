using System.Globalization;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data.Labels;

/// <summary>What a reader works on.</summary>
/// <param name="Found">The folder's furniture.</param>
/// <param name="Listed">The classes that the folder's JSON files list; null where none does.</param>
/// <param name="Tally">Counts what is left out.</param>
internal sealed record DatasetContext(DatasetFiles Found, IReadOnlyList<ClassDefinition>? Listed, IFileSystem Files, WarningTally Tally);

/// <summary>Finds the chips of a training folder and reads their labels: one class per kind of label, one instance per folder.</summary>
internal abstract class DatasetReader
{
    private readonly Dictionary<string, string>? _names;

    /// <param name="context">The folder.</param>
    /// <param name="classes">The classes that are known beforehand; null where the labels have to tell.</param>
    protected DatasetReader(DatasetContext context, IReadOnlyList<ClassDefinition>? classes)
    {
        (Context, Classes) = (context, classes);
        _names = classes is null ? null : NamesByText(classes);
    }

    /// <summary>Null where the labels have to tell; see <see cref="ClassesOf"/>.</summary>
    public IReadOnlyList<ClassDefinition>? Classes { get; }

    protected DatasetContext Context { get; }

    /// <summary>Images with their label files, in the order of the images' names.</summary>
    /// <exception cref="LearnDataException">NoImages.</exception>
    public abstract IReadOnlyList<ChipPair> List();

    /// <summary>Reads the labels of an image of a size in pixels; called from many threads. Null for a chip that is left out.</summary>
    /// <exception cref="LearnFormatException">The label file is damaged.</exception>
    public abstract ChipLabels? Read(ChipPair pair, int width, int height);

    /// <summary>The classes that occur, where no file lists them: by name in ordinal order, numbered from 1.</summary>
    public virtual IReadOnlyList<ClassDefinition> ClassesOf(IReadOnlyList<ChipEntry> chips) =>
    [
        .. chips.SelectMany(c => c.Boxes.Select(b => b.ClassName).Concat(c.Labels.ClassNames).Concat(c.Labels.InstanceMasks.Select(m => m.ClassName)))
            .Distinct().Order(StringComparer.Ordinal)
            .Select((name, i) => new ClassDefinition(i + 1, name, [-1, -1, -1])),
    ];

    /// <summary>The class that a label means, by its value or its name; null, and counted, where the folder lists no such class.</summary>
    /// <param name="things">What is skipped then: "object(s)".</param>
    protected string? ClassOf(string text, string things)
    {
        if (_names is null || _names.TryGetValue(text, out string? name))
        {
            return _names is null ? text : _names[text];
        }

        Context.Tally.Add($"{things} are of a class that the folder does not list and were skipped");
        return null;
    }

    /// <summary>A label names its class by value or by name; a value wins where one class is called by another's number.</summary>
    private static Dictionary<string, string> NamesByText(IReadOnlyList<ClassDefinition> classes)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (ClassDefinition item in classes)
        {
            names[item.Value.ToString(CultureInfo.InvariantCulture)] = item.Name;
        }

        foreach (ClassDefinition item in classes)
        {
            names.TryAdd(item.Name, item.Name);
        }

        return names;
    }
}
