using System.Globalization;

namespace ArcLearn.Core.Data;

/// <summary>The classes of a bunch: those of its folders, joined by name, selected and renamed by the mapping.</summary>
internal sealed class ClassTable
{
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>[] _newNames;
    private readonly IReadOnlyList<string> _ignored;

    private ClassTable(List<ClassDefinition> classes, Dictionary<string, string>[] newNames, IReadOnlyList<string> ignored)
    {
        Classes = [.. classes.OrderBy(c => c.Value)];
        (_newNames, _ignored) = (newNames, ignored);
        for (int i = 0; i < Classes.Count; i++)
        {
            _labels[Classes[i].Name] = i + 1;
        }
    }

    /// <summary>By value.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; }

    /// <summary>Index from 1 of a folder's class; 0 where it is left out or ignored.</summary>
    public int Label(int folder, string name) =>
        _newNames[folder].TryGetValue(name, out string? newName) ? _labels[newName] : 0;

    /// <summary>The labels of a folder's classes by their values there, <see cref="DecodedMask.Ignored"/> for ignored ones; those that the mapping leaves out are not among them.</summary>
    /// <param name="classes">The folder's classes.</param>
    public Dictionary<int, ushort> LabelsByValue(int folder, IReadOnlyList<ClassDefinition> classes)
    {
        Dictionary<int, ushort> labels = [];
        foreach (ClassDefinition item in classes)
        {
            if (MaskLabel(folder, item) is > 0 and ushort label)
            {
                labels[item.Value] = label;
            }
        }

        return labels;
    }

    /// <summary>The label of a folder's class in masks: <see cref="DecodedMask.Ignored"/> for an ignored one, 0 where the mapping leaves it out.</summary>
    public ushort MaskLabel(int folder, ClassDefinition item)
    {
        int label = Label(folder, item.Name);
        return label > 0 ? checked((ushort)label) : IsIgnored(item) ? DecodedMask.Ignored : (ushort)0;
    }

    /// <summary>Whether a folder's class is to be ignored.</summary>
    public bool IsIgnored(ClassDefinition item) => IsAmong(_ignored, item);

    /// <param name="folders">Each folder's classes.</param>
    /// <param name="ignored">Names or values of classes to ignore.</param>
    /// <exception cref="LearnArgumentException">The mapping or the list of ignored classes names a class that no folder has, or gives an empty name.</exception>
    public static ClassTable Join(
        IReadOnlyList<IReadOnlyList<ClassDefinition>> folders, IReadOnlyDictionary<string, string>? mapping, Action<string>? warn, IReadOnlyList<string>? ignored = null)
    {
        ignored ??= [];
        CheckMapping(folders, mapping);
        CheckIgnored(folders, ignored);
        List<ClassDefinition> joined = [];
        Dictionary<string, string>[] newNames = new Dictionary<string, string>[folders.Count];
        int renumbered = 0;
        for (int i = 0; i < folders.Count; i++)
        {
            newNames[i] = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (ClassDefinition item in folders[i].OrderBy(c => c.Value))
            {
                if (IsAmong(ignored, item) || NewName(item, mapping) is not string name)
                {
                    continue;
                }

                newNames[i][item.Name] = name;
                if (joined.Find(c => c.Name == name) is not ClassDefinition known)
                {
                    // 0 is background in every model, and a value can stand for one class only.
                    bool isFree = item.Value > 0 && joined.TrueForAll(c => c.Value != item.Value);
                    joined.Add(item with { Name = name, Value = isFree ? item.Value : Math.Max(0, joined.Select(c => c.Value).DefaultIfEmpty().Max()) + 1 });
                    renumbered += isFree ? 0 : 1;
                }
                else if (known.Value != item.Value && mapping is null)
                {
                    renumbered++;
                }
            }
        }

        if (renumbered > 0)
        {
            warn?.Invoke($"{renumbered} class(es) got another value, since the folders do not number them alike: {string.Join(", ", joined.Select(c => $"{c.Value} {c.Name}"))}.");
        }

        WarnOfLookAlikes(joined, warn);
        return new ClassTable(joined, newNames, ignored);
    }

    private static string? NewName(ClassDefinition item, IReadOnlyDictionary<string, string>? mapping) =>
        mapping is null ? item.Name
        : mapping.TryGetValue(item.Name, out string? name) || mapping.TryGetValue(item.Value.ToString(CultureInfo.InvariantCulture), out name) ? name
        : null;

    private static bool IsAmong(IReadOnlyList<string> names, ClassDefinition item) =>
        names.Contains(item.Name, StringComparer.Ordinal) || names.Contains(item.Value.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private static void CheckIgnored(IReadOnlyList<IReadOnlyList<ClassDefinition>> folders, IReadOnlyList<string> ignored)
    {
        ClassDefinition[] all = [.. folders.SelectMany(f => f)];
        if (ignored.FirstOrDefault(name => !Array.Exists(all, c => IsAmong([name], c))) is string unknown)
        {
            throw new LearnArgumentException(
                "IgnoreClass", $"No class has the name or value '{unknown}'; the classes are {string.Join(", ", all.Select(c => $"{c.Value} {c.Name}").Distinct())}.");
        }
    }

    private static void CheckMapping(IReadOnlyList<IReadOnlyList<ClassDefinition>> folders, IReadOnlyDictionary<string, string>? mapping)
    {
        if (mapping is null)
        {
            return;
        }

        ClassDefinition[] all = [.. folders.SelectMany(f => f)];
        string known = string.Join(", ", all.Select(c => $"{c.Value} {c.Name}").Distinct());
        foreach ((string key, string name) in mapping)
        {
            if (!Array.Exists(all, c => c.Name == key || c.Value.ToString(CultureInfo.InvariantCulture) == key))
            {
                throw new LearnArgumentException("ClassMapping", $"No class has the name or value '{key}'; the classes are {known}.");
            }

            if (string.IsNullOrWhiteSpace(name))
            {
                throw new LearnArgumentException("ClassMapping", $"Class '{key}' needs a name; to leave a class out, leave it out of the mapping.");
            }
        }
    }

    /// <summary>"Tree" and "Tree\" are two classes to a computer and seldom to the one who typed them.</summary>
    private static void WarnOfLookAlikes(List<ClassDefinition> classes, Action<string>? warn)
    {
        foreach (IGrouping<string, string> group in classes.Select(c => c.Name).GroupBy(Letters, StringComparer.OrdinalIgnoreCase))
        {
            if (group.Key.Length > 0 && group.Count() > 1)
            {
                warn?.Invoke($"The class names '{string.Join("', '", group)}' differ in case or punctuation only and count as different classes; -ClassMapping can join them.");
            }
        }

        static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit));
    }
}
