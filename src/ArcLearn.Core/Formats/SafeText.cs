using System.Globalization;
using System.Text;

namespace ArcLearn.Core.Formats;

/// <summary>Text of a file that is not trusted, for messages: short, on one line, and nothing in it that a terminal obeys or that looks like other text.</summary>
internal static class SafeText
{
    private const int Longest = 80;
    private const int Most = 8;

    /// <summary>Escapes what is no visible character of ASCII as \u and four digits, and cuts off what is too long.</summary>
    public static string Show(string text)
    {
        StringBuilder shown = new();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, Longest)))
        {
            _ = c is >= ' ' and <= '~' ? shown.Append(c) : shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.Length > Longest ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>A path of the user's own, or a sentence with parts of a file in it: letters of any script stay, what a terminal obeys or hides does not.</summary>
    public static string ShowPath(string path) => path.Any(IsHidden)
        ? string.Concat(path.Select(c => IsHidden(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()))
        : path;

    /// <summary>The first of some things, however many there are.</summary>
    public static string List<T>(IReadOnlyCollection<T> items) =>
        string.Join(", ", items.Take(Most).Select(item => Convert.ToString(item, CultureInfo.InvariantCulture))) + (items.Count > Most ? $", … ({items.Count} in all)" : "");

    /// <summary>Whether text holds what a terminal obeys. Ends of lines and tabs occur in names of classes that come from tables.</summary>
    public static bool IsObeyed(string text) => text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n'));

    private static bool IsHidden(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
