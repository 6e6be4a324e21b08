using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ArcLearn.Core.Formats;

/// <summary>A JSON object under construction: keys in the order of writing.</summary>
internal sealed class JsonMap : List<KeyValuePair<string, object?>>
{
    public void Add(string key, object? value) => Add(new KeyValuePair<string, object?>(key, value));
}

/// <summary>
/// Writes JSON exactly as Python's <c>json.dump(value, file, indent=4)</c>: arcgis.learn reads such files in the locale's
/// encoding, so everything beyond ASCII is escaped. LF, no newline at the end.
/// </summary>
internal static class PythonJson
{
    /// <summary>Takes a <see cref="JsonMap"/>, sequences, text, booleans, integers, single, double, null and read <see cref="JsonElement"/>s.</summary>
    /// <exception cref="ArgumentException">A number is not finite, or a type has no JSON.</exception>
    public static string Write(object? value)
    {
        StringBuilder text = new();
        Append(text, value, "\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, string newLine)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string s:
                AppendText(text, s);
                break;
            case bool b:
                text.Append(b ? "true" : "false");
                break;
            case int or long:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case float f:
                text.Append(Number(f.ToString("R", CultureInfo.InvariantCulture)));
                break;
            case double d:
                text.Append(Number(d.ToString("R", CultureInfo.InvariantCulture)));
                break;
            case JsonElement element:
                AppendElement(text, element, newLine);
                break;
            case JsonMap map:
                AppendAll(text, map, '{', '}', newLine, (item, inner) =>
                {
                    AppendText(text, item.Key);
                    text.Append(": ");
                    Append(text, item.Value, inner);
                });
                break;
            case IEnumerable sequence:
                AppendAll(text, sequence.Cast<object?>(), '[', ']', newLine, (item, inner) => Append(text, item, inner));
                break;
            default:
                throw new ArgumentException($"{value.GetType().Name} has no JSON.", nameof(value));
        }
    }

    private static void AppendElement(StringBuilder text, JsonElement element, string newLine)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                AppendAll(text, element.EnumerateObject(), '{', '}', newLine, (item, inner) =>
                {
                    AppendText(text, item.Name);
                    text.Append(": ");
                    AppendElement(text, item.Value, inner);
                });
                break;
            case JsonValueKind.Array:
                AppendAll(text, element.EnumerateArray(), '[', ']', newLine, (item, inner) => AppendElement(text, item, inner));
                break;
            case JsonValueKind.String:
                AppendText(text, element.GetString()!);
                break;
            default:
                text.Append(element.GetRawText());              // numbers keep all their digits
                break;
        }
    }

    private static void AppendAll<T>(
        StringBuilder text, IEnumerable<T> items, char open, char close, string newLine, Action<T, string> append)
    {
        string inner = newLine + "    ";
        bool any = false;
        text.Append(open);
        foreach (T item in items)
        {
            text.Append(any ? "," : "").Append(inner);
            append(item, inner);
            any = true;
        }

        text.Append(any ? newLine : "").Append(close);
    }

    private static void AppendText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                '\b' => text.Append(@"\b"),
                '\f' => text.Append(@"\f"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    /// <summary>Python's <c>repr</c>: the shortest digits that read back the same, a point always, an exponent below 1e-4 and from 1e16 on.</summary>
    /// <param name="shortest">The number in the fewest digits, in .NET's layout.</param>
    private static string Number(string shortest)
    {
        string sign = shortest.StartsWith('-') ? "-" : "";
        string[] parts = shortest[sign.Length..].Split('E');
        if (!char.IsAsciiDigit(parts[0][0]))
        {
            throw new ArgumentException($"JSON has no {shortest}.", nameof(shortest));
        }

        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        int whole = point < 0 ? parts[0].Length : point;
        string all = parts[0].Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0');

        // The power of ten of the first digit that is not 0.
        int exponent = whole - 1 - (all.Length - digits.Length)
            + (parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0);
        digits = digits.TrimEnd('0');
        if (digits.Length == 0)
        {
            return sign + "0.0";
        }

        if (exponent is < -4 or >= 16)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        string padded = digits.PadRight(exponent + 1, '0');
        string rest = padded[(exponent + 1)..];
        return $"{sign}{padded[..(exponent + 1)]}.{(rest.Length > 0 ? rest : "0")}";
    }
}
