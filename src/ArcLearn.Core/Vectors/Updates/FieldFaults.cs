namespace ArcLearn.Core.Vectors.Updates;

internal static class FieldFaults
{
    /// <summary>Texts would be cut.</summary>
    /// <param name="unit">What the lengths count: bytes or characters.</param>
    public static LearnDataException TooShort(string path, string field, int length, int longest, string unit) => new(
        "FieldLength", $"The field '{field}' of {path} takes text of {length} {unit}, and the longest value has {longest}. Choose another field, or a format that takes longer text (.gpkg).", path);

    /// <summary>What was read is no longer there.</summary>
    public static LearnDataException Changed(string path, string what) => new(
        "LayerChanged", $"{path} was changed while its features were classified: {what}. Nothing was written; repeat the run.", path);
}
