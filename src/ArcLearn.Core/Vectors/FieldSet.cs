using System.Text.Json;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Gathers the fields of features that declare none: all names in order of first appearance. Integers beside reals make a real field,
/// any other mix a text field; a field that only holds null is text.
/// </summary>
internal sealed class FieldSet
{
    private readonly List<(string Name, FieldType? Type)> _fields = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    public void Add(JsonElement properties)
    {
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            FieldType? type = TypeOf(property.Value);
            if (!_index.TryGetValue(property.Name, out int at))
            {
                _index.Add(property.Name, _fields.Count);
                _fields.Add((property.Name, type));
            }
            else if (type is FieldType found)
            {
                _fields[at] = (property.Name, Join(_fields[at].Type, found));
            }
        }
    }

    public IReadOnlyList<FieldDefinition> ToFields() => [.. _fields.Select(field => new FieldDefinition(field.Name, field.Type ?? FieldType.Text))];

    /// <summary>
    /// The value as it stands: in a text field of mixed content numbers stay numbers, so that a reader can tell; in a real field integers
    /// become doubles. Objects and arrays are given as their JSON text.
    /// </summary>
    public static object? Value(JsonElement element, FieldType type) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.Number when type != FieldType.Real && element.TryGetInt64(out long integer) => integer,
        JsonValueKind.Number => element.TryGetDouble(out double real) ? real : null,
        _ => element.GetRawText(),
    };

    private static FieldType? TypeOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True or JsonValueKind.False => FieldType.Boolean,
        JsonValueKind.Number => element.TryGetInt64(out _) ? FieldType.Integer : FieldType.Real,
        _ => FieldType.Text,
    };

    private static FieldType Join(FieldType? known, FieldType found) => known switch
    {
        null => found,
        FieldType same when same == found => found,
        FieldType.Integer or FieldType.Real when found is FieldType.Integer or FieldType.Real => FieldType.Real,
        _ => FieldType.Text,
    };
}
