using System.Globalization;
using System.Text;

namespace ArcLearn.Core.Formats;

/// <summary>Text of a file that is not trusted, for messages: short, on one line, and nothing in it that a terminal obeys or that looks like other text.</summary>
internal static class SafeText
{
    private const int Longest = 80;

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
}
