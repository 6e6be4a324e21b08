using System.Globalization;

namespace ArcLearn.Core.Rasters;

/// <summary>
/// As much of well-known text (WKT 1 of OGC 01-009 and of Esri, WKT 2's ID too) as naming a system takes: the root's name and its own AUTHORITY or ID.
/// </summary>
internal static class PrjText
{
    /// <summary>Null where the text is no well-known text.</summary>
    public static SpatialReference? TryParse(string text)
    {
        string wkt = text.Trim().TrimEnd('\0', '|');
        int open = wkt.IndexOfAny(['[', '(']);
        if (open <= 0 || !IsRoot(wkt[..open].Trim()))
        {
            return null;
        }

        (string? name, int? code) = ReadRoot(wkt, open + 1);
        if (name is null)
        {
            return null;
        }

        code ??= KnownReferences.CodeOf(name);
        return new SpatialReference(code is int known ? KnownReferences.NameOf(known) ?? name : name, code, wkt);
    }

    private static bool IsRoot(string keyword) => keyword.ToUpperInvariant()
        is "PROJCS" or "GEOGCS" or "COMPD_CS" or "LOCAL_CS" or "GEOCCS" or "PROJCRS" or "GEOGCRS" or "GEODCRS" or "BOUNDCRS";

    private static (string? Name, int? Code) ReadRoot(string wkt, int position)
    {
        string? name = null;
        int? code = null;
        int depth = 1;
        int keyword = position;
        while (position < wkt.Length && depth > 0)
        {
            char c = wkt[position];
            if (c == '"')
            {
                int end = wkt.IndexOf('"', position + 1);
                if (end < 0)
                {
                    return (null, null);
                }

                name ??= wkt[(position + 1)..end];
                position = end;
            }
            else if (c is '[' or '(')
            {
                string word = wkt[keyword..position].Trim();
                if (depth == 1 && word.ToUpperInvariant() is "AUTHORITY" or "ID")
                {
                    code = ReadCode(wkt[(position + 1)..]);
                }

                depth++;
            }
            else if (c is ']' or ')')
            {
                depth--;
            }
            else if (c == ',')
            {
                keyword = position + 1;
            }

            position++;
        }

        return depth == 0 ? (name, code) : (null, null);
    }

    /// <summary>"EPSG","32618"] or, in WKT 2, "EPSG",32618].</summary>
    private static int? ReadCode(string body)
    {
        string[] parts = body.Split(']', ')')[0].Split(',');
        return parts.Length >= 2 && parts[0].Trim(' ', '"').Equals("EPSG", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(parts[1].Trim(' ', '"'), NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            ? code
            : null;
    }
}
