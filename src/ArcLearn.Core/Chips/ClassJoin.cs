namespace ArcLearn.Core.Chips;

/// <summary>Joins the classes of several layers, and of a folder that is added to.</summary>
internal static class ClassJoin
{
    /// <summary>Those of a folder in its order, then the others; where a folder names a value only by its number, the better name stays out.</summary>
    /// <exception cref="LearnDataException">ClassConflict: one value has two names.</exception>
    public static IReadOnlyList<ClassDefinition> Extend(IReadOnlyList<ClassDefinition> known, IReadOnlyList<ClassDefinition> more)
    {
        List<ClassDefinition> joined = [.. known];
        foreach (ClassDefinition item in more)
        {
            if (joined.Find(c => c.Value == item.Value) is not ClassDefinition there)
            {
                joined.Add(item);
            }
            else if (there.Name != item.Name)
            {
                throw Conflict(item.Value, there.Name, "the folder", item.Name, "the labels");
            }
        }

        return joined;
    }

    public static LearnDataException Conflict(int value, string first, string firstPlace, string second, string secondPlace) => new(
        "ClassConflict",
        $"Class value {value} means '{first}' in {firstPlace} and '{second}' in {secondPlace}. Put the labels into one layer, or number the classes alike.",
        value);
}
