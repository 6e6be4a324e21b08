using System.Globalization;

namespace ArcLearn.Core.Crs;

/// <summary>A node of well-known text: a keyword, its plain values in order, and the nodes within.</summary>
internal sealed record WktNode(string Keyword, IReadOnlyList<string> Values, IReadOnlyList<WktNode> Children)
{
    /// <summary>The first value: the name, in the nodes that have one.</summary>
    public string Name => Values.Count > 0 ? Values[0] : "";

    public bool Is(params ReadOnlySpan<string> keywords)
    {
        foreach (string keyword in keywords)
        {
            if (Keyword.Equals(keyword, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first child of that keyword, not searched deeper.</summary>
    public WktNode? Child(params ReadOnlySpan<string> keywords)
    {
        foreach (WktNode child in Children)
        {
            if (child.Is(keywords))
            {
                return child;
            }
        }

        return null;
    }

    /// <summary>The value at that place as a number, or null.</summary>
    public double? Number(int index) =>
        index < Values.Count && double.TryParse(Values[index], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : null;

    /// <summary>The EPSG code that the node itself carries, as AUTHORITY of WKT 1 or ID of WKT 2.</summary>
    public int? Authority(string organisation)
    {
        WktNode? node = Child("AUTHORITY", "ID");
        return node is not null && node.Name.Equals(organisation, StringComparison.OrdinalIgnoreCase) && node.Number(1) is double code
            ? (int)code
            : null;
    }

    /// <summary>The value of a PARAMETER child; names are compared without case, spaces and underscores.</summary>
    public double? Parameter(string name)
    {
        foreach (WktNode child in Children)
        {
            if (child.Is("PARAMETER") && Plain(child.Name) == Plain(name))
            {
                return child.Number(1);
            }
        }

        return null;
    }

    /// <summary>Letters and digits in lower case: spellings differ in the rest.</summary>
    public static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>A name as WKT 1 has it: runs of anything but letters and digits become one underscore.</summary>
    public static string Underscored(string name) =>
        string.Join('_', string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')).Split('_', StringSplitOptions.RemoveEmptyEntries));
}
