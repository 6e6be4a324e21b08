using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Chips;

/// <summary>
/// Numbers the classes of a call over all its layers: values that are known or that a layer brings stay, names get that of the class of the same name,
/// and new names get values in ordinal order: from 1, or after the greatest there is.
/// </summary>
internal static class ClassNumbering
{
    /// <param name="known">Of an older export or a classified raster.</param>
    /// <exception cref="LearnDataException">ClassConflict: one value has two names.</exception>
    public static (IReadOnlyList<ClassDefinition> Classes, List<LabelSet> Layers) Join(IReadOnlyList<ClassDefinition> known, IReadOnlyList<LabelSet> layers)
    {
        List<ClassDefinition> classes = [.. known];
        foreach (ClassDefinition item in layers.Where(layer => !layer.IsNumberedHere).SelectMany(layer => layer.Classes))
        {
            if (classes.Find(c => c.Value == item.Value) is not ClassDefinition there)
            {
                classes.Add(item);
            }
            else if (there.Name != item.Name)
            {
                throw ClassJoin.Conflict(item.Value, there.Name, known.Contains(there) ? "the folder or the classified raster" : "one label layer", item.Name, "another");
            }
        }

        string[] names = [.. layers.Where(layer => layer.IsNumberedHere).SelectMany(layer => layer.Classes).Select(c => c.Name).Distinct().Order(StringComparer.Ordinal)];
        foreach (string name in names.Where(name => !classes.Exists(c => c.Name == name)))
        {
            int value = classes.Select(c => c.Value).DefaultIfEmpty().Max() + 1;
            classes.Add(new ClassDefinition(value, name, ClassColors.At(classes.Count)));
        }

        // Those of a folder keep their order, which formats with an index count by.
        IReadOnlyList<ClassDefinition> ordered = [.. known, .. classes.Skip(known.Count).OrderBy(c => c.Value)];
        Dictionary<string, int> values = ordered.DistinctBy(c => c.Name).ToDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal);
        return (ordered, [.. layers.Select(layer => layer.IsNumberedHere ? Renumber(layer, values) : layer)]);
    }

    private static LabelSet Renumber(LabelSet layer, Dictionary<string, int> values)
    {
        Dictionary<int, int> changes = layer.Classes.ToDictionary(c => c.Value, c => values[c.Name]);
        return changes.All(pair => pair.Key == pair.Value)
            ? layer
            : layer with
            {
                Classes = [.. layer.Classes.Select(c => c with { Value = changes[c.Value] })],
                Objects = [.. layer.Objects.Select(o => o with { Value = changes[o.Value] })],
            };
    }
}
