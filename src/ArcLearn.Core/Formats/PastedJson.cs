using System.Buffers;
using System.Text;

namespace ArcLearn.Core.Formats;

/// <summary>
/// JSON as it comes out of documents and Python: typographic quotation marks for plain ones, and Windows paths whose backslashes are single, as in
/// "[functions]System\DeepLearning\ImageClassifier.py".
/// </summary>
internal static class PastedJson
{
    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    private const string DoubleMarks = "\u201C\u201D\u201E\u201F\u2033";

    /// <summary>The text with plain quotation marks, and with each backslash doubled that does not stand before another, a mark or a code point.</summary>
    public static string Repair(string text)
    {
        StringBuilder repaired = new(text.Length + 16);
        bool isInText = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = DoubleMarks.Contains(text[i], StringComparison.Ordinal) ? '"' : text[i];
            if (c == '"')
            {
                isInText = !isInText;
            }
            else if (c == '\\' && isInText)
            {
                char next = i + 1 < text.Length ? text[i + 1] : ' ';
                bool isEscape = next is '\\' or '"' or '/' || (next == 'u' && i + 5 < text.Length && !text.AsSpan(i + 2, 4).ContainsAnyExcept(s_hexadecimal));
                repaired.Append('\\').Append(isEscape ? next : '\\');
                i += isEscape ? 1 : 0;
                continue;
            }

            repaired.Append(c);
        }

        return repaired.ToString();
    }
}
