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

    /// <returns>The extent, and its coordinate system where one is named.</returns>
    /// <exception cref="LearnArgumentException">It is none of these.</exception>
    public static (GeoExtent Extent, SpatialReference? Reference) Parse(ArgumentTable table, object value) => value switch
    {
        GeoExtent extent => (extent, null),
        IDictionary members => (
            Build(table, value, [.. s_names.Select(name => ArgumentTable.Member(members, name))]),
            ArgumentTable.Member(members, "spatialReference") is object reference ? SpatialReferenceArgument.Parse(table, "extent.spatialReference", reference) : null),
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
}
