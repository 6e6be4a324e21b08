namespace ArcLearn.Core.Crs;

/// <summary>Reads well-known text into nodes: brackets or parentheses, doubled quotes within quotes.</summary>
internal ref struct WktParser
{
    private const int MaxDepth = 64;

    private readonly ReadOnlySpan<char> _text;
    private readonly string _path;
    private int _at;

    private WktParser(string text, string path)
    {
        _text = text;
        _path = path;
    }

    /// <exception cref="LearnFormatException">The text is no WKT; the message says at which character.</exception>
    public static WktNode Parse(string text, string path)
    {
        WktParser parser = new(text, path);
        parser.SkipSpace();
        WktNode root = parser.ReadNode(0);
        parser.SkipSpace();
        return parser._at == text.Length || text[parser._at] == '\0'
            ? root
            : throw parser.Fail("has text after its last bracket");
    }

    private WktNode ReadNode(int depth)
    {
        string keyword = ReadWord();
        if (keyword.Length == 0 || depth > MaxDepth || !TryTake('[', '('))
        {
            throw Fail("lacks a keyword and its bracket");
        }

        List<string> values = [];
        List<WktNode> children = [];
        do
        {
            SkipSpace();
            if (Peek() == '"')
            {
                values.Add(ReadQuoted());
            }
            else
            {
                int start = _at;
                string word = ReadWord();
                SkipSpace();
                if (Peek() is '[' or '(')
                {
                    _at = start;
                    children.Add(ReadNode(depth + 1));
                }
                else
                {
                    values.Add(word);
                }
            }

            SkipSpace();
        }
        while (TryTake(',', ','));

        return TryTake(']', ')') ? new WktNode(keyword, values, children) : throw Fail("lacks a closing bracket");
    }

    private string ReadWord()
    {
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '-' or '+'))
        {
            _at++;
        }

        return _text[start.._at].ToString();
    }

    private string ReadQuoted()
    {
        int start = ++_at;
        while (_at < _text.Length)
        {
            if (_text[_at] == '"')
            {
                if (_at + 1 >= _text.Length || _text[_at + 1] != '"')
                {
                    return _text[start.._at++].ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
                }

                _at++;
            }

            _at++;
        }

        throw Fail("lacks a closing quote");
    }

    private readonly char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private bool TryTake(char one, char other)
    {
        SkipSpace();
        if (Peek() != one && Peek() != other)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\uFEFF'))
        {
            _at++;
        }
    }

    private readonly LearnFormatException Fail(string what) =>
        new($"the well-known text of its coordinate reference system {what} at character {_at + 1}.", _path);
}
