using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ArcLearn.Core.Formats;

/// <summary>Typed access to the keys of one JSON object, with errors that name file, line and key. Remembers which keys were asked for.</summary>
internal sealed class JsonKeys
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly string? _text;
    private readonly string _prefix;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <param name="text">The whole file, to find lines in; null where lines mean nothing.</param>
    /// <param name="prefix">Where the object lies in the file: empty, or "ArcLearn.".</param>
    public JsonKeys(JsonElement value, string path, string? text, string prefix = "") =>
        (_object, _path, _text, _prefix) = (value, path, text, prefix);

    /// <summary>Keys that nothing asked for, in the file's order; of a repeated key the last value counts, as in Python.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Others() =>
        [.. _object.EnumerateObject()
            .Where(property => !_asked.Contains(property.Name))
            .GroupBy(property => property.Name, StringComparer.Ordinal)
            .Select(group => KeyValuePair.Create(group.Key, group.Last().Value.Clone()))];

    /// <summary>False for a key that is absent, null or holds a template's example ("e.g. …", "some description").</summary>
    /// <exception cref="LearnFormatException">It is there more than once, with different values: other programs would take another one.</exception>
    public bool TryGet(string key, out JsonElement value)
    {
        bool isNew = _asked.Add(key);
        if (!_object.TryGetProperty(key, out value))
        {
            return false;
        }

        string raw = isNew ? value.GetRawText() : "";
        if (isNew && _object.EnumerateObject().Any(other => other.NameEquals(key) && other.Value.GetRawText() != raw))
        {
            throw Fail(key, "is there more than once, with different values.");
        }

        return !IsAbsent(value);
    }

    public JsonKeys? Object(string key)
    {
        if (!TryGet(key, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object
            ? new JsonKeys(value, _path, _text, $"{_prefix}{key}.")
            : throw Fail(key, value, "an object");
    }

    public string? Text(string key)
    {
        if (!TryGet(key, out JsonElement value))
        {
            return null;
        }

        string text = value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : throw Fail(key, value, "text");
        return SafeText.IsObeyed(text) ? throw Fail(key, value, "text without control characters") : text;
    }

    /// <exception cref="LearnFormatException">A key of an object in a list is there more than once, with different values.</exception>
    public void RequireUnlike(string key, JsonElement item)
    {
        Dictionary<string, string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty property in item.EnumerateObject())
        {
            string raw = property.Value.GetRawText();
            if (!seen.TryAdd(property.Name, raw) && seen[property.Name] != raw)
            {
                throw Fail(key, item, $"an object that says '{SafeText.Show(property.Name)}' once: it is there with different values");
            }
        }
    }

    /// <summary>An integer, also as 256.0 or "256".</summary>
    public int? Integer(string key, int minimum, int maximum)
    {
        if (!TryGet(key, out JsonElement value))
        {
            return null;
        }

        return AsInteger(value) is int number && number >= minimum && number <= maximum
            ? number
            : throw Fail(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"));
    }

    /// <summary>A finite number, also as text.</summary>
    public double? Number(string key)
    {
        if (!TryGet(key, out JsonElement value))
        {
            return null;
        }

        return AsNumber(value) ?? throw Fail(key, value, "a number");
    }

    /// <summary>True or false, also as text or 0 and 1; false where absent.</summary>
    public bool Flag(string key)
    {
        if (!TryGet(key, out JsonElement value))
        {
            return false;
        }

        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ when AsInteger(value) is 0 or 1 => AsInteger(value) == 1,
            JsonValueKind.String when bool.TryParse(value.GetString(), out bool flag) => flag,
            _ => throw Fail(key, value, "true or false"),
        };
    }

    /// <summary>The elements of an array, each through a function that gives null for what it cannot be; empty where absent.</summary>
    public IReadOnlyList<T> List<T>(string key, string expected, Func<JsonElement, T?> convert)
        where T : struct
    {
        if (!TryGet(key, out JsonElement value))
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => convert(item) ?? throw Fail(key, item, expected))]
            : throw Fail(key, value, "an array");
    }

    public static int? AsInteger(JsonElement value) =>
        AsNumber(value) is double number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;

    public static double? AsNumber(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out double number) && double.IsFinite(number) => number,
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) => number,
        _ => null,
    };

    public LearnFormatException Fail(string key, JsonElement found, string expected)
    {
        string raw = found.GetRawText().ReplaceLineEndings(" ");
        return Fail(key, $"is {SafeText.Show(raw.Length > 60 ? raw[..57] + "..." : raw)}, which is not {expected}.");
    }

    /// <param name="message">What follows the key's name.</param>
    public LearnFormatException Fail(string key, string message)
    {
        string full = _prefix + key;
        return new LearnFormatException($"{full} {message}", _path, LineOf(full.Split('.')[0]));
    }

    private static bool IsAbsent(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is string text
            && (text.Length == 0 || text.StartsWith("e.g.", StringComparison.OrdinalIgnoreCase)
                || string.Equals(text, "some description", StringComparison.Ordinal)));

    /// <summary>The line of a key of the file's outermost object.</summary>
    private int? LineOf(string key)
    {
        if (_text is null)
        {
            return null;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(_text);
        Utf8JsonReader reader = new(bytes, ModelDefinitionParser.ReaderOptions);
        int? line = null;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(key))
            {
                line = bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1;
            }
        }

        return line;
    }
}
