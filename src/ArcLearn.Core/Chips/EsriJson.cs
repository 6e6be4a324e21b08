using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArcLearn.Core.Chips;

/// <summary>
/// JSON as the export tool writes it: two spaces a level, <c>"Key" : value</c>, an empty array over two lines, LF, no newline at the end.
/// Readers do not mind, but a comparison of two folders stays readable.
/// </summary>
internal static class EsriJson
{
    public static string Format(JsonNode node)
    {
        StringBuilder text = new();
        Append(text, node, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject item:
                Append(text, '{', '}', depth, item.Count, i =>
                {
                    (string key, JsonNode? value) = item.GetAt(i);
                    text.Append(Quote(key)).Append(" : ");
                    Append(text, value, depth + 1);
                });
                break;
            case JsonArray list:
                Append(text, '[', ']', depth, list.Count, i => Append(text, list[i], depth + 1));
                break;
            case JsonValue value when value.TryGetValue(out double number):
                text.Append(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case JsonValue value when value.TryGetValue(out string? words):
                text.Append(Quote(words));
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static void Append(StringBuilder text, char open, char close, int depth, int count, Action<int> append)
    {
        text.Append(open).Append('\n');
        for (int i = 0; i < count; i++)
        {
            text.Append(' ', 2 * (depth + 1));
            append(i);
            text.Append(i + 1 < count ? ",\n" : "\n");
        }

        text.Append(' ', 2 * depth).Append(close);
    }

    /// <summary>A text as JSON has it.</summary>
    public static string Quote(string words) => $"\"{JsonEncodedText.Encode(words, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
