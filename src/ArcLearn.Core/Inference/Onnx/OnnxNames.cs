using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>
/// Names of classes as they are written into ONNX files: an object of JSON, or a dictionary as Python prints it, from numbers to names. Of a list of several, one for each output, the first.
/// </summary>
internal static partial class OnnxNames
{
    /// <returns>The names by number; empty where they are not consecutive from 0, or the text is something else.</returns>
    public static IReadOnlyList<string> Parse(string text)
    {
        SortedDictionary<int, string> names = [];
        foreach (Match pair in Pair().Matches(text))
        {
            // A list's second dictionary begins at 0 again; a name may hold a brace.
            if (!int.TryParse(pair.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || !names.TryAdd(number, Unescape(pair.Groups["name"].Value)))
            {
                break;
            }
        }

        return text.Contains('}', StringComparison.Ordinal) && names.Keys.SequenceEqual(Enumerable.Range(0, names.Count)) ? [.. names.Values] : [];
    }

    private static string Unescape(string quoted)
    {
        StringBuilder name = new();
        string inner = quoted[1..^1];
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\' || i + 1 == inner.Length)
            {
                _ = name.Append(inner[i]);
            }
            else if (inner[i + 1] == 'u' && i + 5 < inner.Length && ushort.TryParse(inner.AsSpan(i + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ushort code))
            {
                _ = name.Append((char)code);
                i += 5;
            }
            else
            {
                _ = name.Append(inner[++i]);
            }
        }

        return name.ToString();
    }

    [GeneratedRegex("""
        (?:"(?<number>\d+)"|'(?<number>\d+)'|(?<number>\d+))\s*:\s*(?<name>"(?>(?:[^"\\]|\\.)*)"|'(?>(?:[^'\\]|\\.)*)')
        """, RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
