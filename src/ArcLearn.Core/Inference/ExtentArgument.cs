using System.Collections;

namespace ArcLearn.Core.Inference;

/// <summary>
/// The ways to write an extent: a <see cref="GeoExtent"/>, four numbers xmin, ymin, xmax, ymax, those as a string, or arcgis' dictionary.
/// </summary>
internal static class ExtentArgument
{
    private const string Expected =
        "an extent: four numbers xmin, ymin, xmax, ymax, the same as a string, or a table of xmin, ymin, xmax, ymax and spatialReference";

    private static readonly string[] s_names = ["xmin", "ymin", "xmax", "ymax"];
    private static readonly char[] s_separators = [',', ' ', ';'];

    /// <returns>The extent, and the code of its coordinate system where one is named.</returns>
    /// <exception cref="LearnArgumentException">It is none of these.</exception>
    public static (GeoExtent Extent, int? Wkid) Parse(ArgumentTable table, object value) => value switch
    {
        GeoExtent extent => (extent, null),
        IDictionary members => (
            Build(table, value, [.. s_names.Select(name => Member(members, name))]), Wkid(table, Member(members, "spatialReference"))),
        string text => (Build(table, value, [.. text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries)]), null),
        IEnumerable numbers => (Build(table, value, [.. numbers.Cast<object?>()]), null),
        _ => throw table.Fault("extent", value, Expected),
    };

    private static GeoExtent Build(ArgumentTable table, object value, object?[] corners)
    {
        double[] number = new double[4];
        for (int i = 0; i < number.Length; i++)
        {
            if (corners.Length != number.Length || !ArgumentTable.TryNumber(corners[i], out number[i]))
            {
                throw table.Fault("extent", value is IEnumerable and not string ? string.Join(", ", corners) : value, Expected);
            }
        }

        return number[0] <= number[2] && number[1] <= number[3]
            ? new GeoExtent(number[0], number[1], number[2], number[3])
            : throw table.Fault("extent", string.Join(", ", corners), Expected + ", each minimum before its maximum");
    }

    private static int? Wkid(ArgumentTable table, object? reference)
    {
        object? code = reference is IDictionary members ? Member(members, "latestWkid") ?? Member(members, "wkid") : reference;
        return code is null ? null
            : ArgumentTable.TryNumber(code, out double wkid) && wkid == Math.Floor(wkid) && wkid is > 0 and < int.MaxValue ? (int)wkid
            : throw table.Fault("extent.spatialReference", code, "a table with the member wkid");
    }

    private static object? Member(IDictionary members, string name)
    {
        foreach (DictionaryEntry entry in members)
        {
            if (string.Equals(ArgumentTable.Text(entry.Key), name, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value;
            }
        }

        return null;
    }
}
