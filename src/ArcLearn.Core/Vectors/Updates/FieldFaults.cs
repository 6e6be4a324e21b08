namespace ArcLearn.Core.Vectors.Updates;

internal static class FieldFaults
{
    /// <summary>Texts would be cut.</summary>
    public static LearnDataException TooShort(string path, FieldUpdate field, int length) => new(
        "FieldLength", $"The field '{field.Name}' of {path} takes text of {length} bytes, and the longest value has {field.Length}. Choose another field, or a format that takes longer text (.gpkg).", path);
}
