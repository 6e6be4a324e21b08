using System.Globalization;
using System.Security;
using System.Text;

namespace ArcLearn.Core.Chips.Metadata;

/// <summary>
/// The label file of a chip with boxes or with one class for all of it. arcgis.learn 1.6 reads it by position, not by tag: an object is a name (a class value, or names) and a box in the
/// order xmin, ymin, xmax, ymax, and nothing else.
/// </summary>
internal static class VocXml
{
    public static string Format(string imageName, int width, int height, int bands, IReadOnlyList<ChipObject> objects) =>
        Format(imageName, width, height, bands, objects.Select(item => (item.ClassValue.ToString(CultureInfo.InvariantCulture), item)));

    /// <param name="objects">Each with its name; the class value of the object is not looked at.</param>
    public static string Format(string imageName, int width, int height, int bands, IEnumerable<(string Name, ChipObject Item)> objects)
    {
        StringBuilder text = new();
        text.Append("<?xml version=\"1.0\"?>\n<annotation>\n");
        text.Append(CultureInfo.InvariantCulture, $"    <filename>{imageName}</filename>\n");
        text.Append("    <source>\n        <annotation>ArcLearn</annotation>\n    </source>\n    <size>\n");
        text.Append(CultureInfo.InvariantCulture, $"        <width>{width}</width>\n        <height>{height}</height>\n");
        text.Append(CultureInfo.InvariantCulture, $"        <depth>{bands}</depth>\n    </size>\n");
        foreach ((string name, ChipObject item) in objects)
        {
            text.Append(CultureInfo.InvariantCulture, $"    <object>\n        <name>{SecurityElement.Escape(name)}</name>\n        <bndbox>\n");
            text.Append(CultureInfo.InvariantCulture, $"            <xmin>{item.XMin:F2}</xmin>\n            <ymin>{item.YMin:F2}</ymin>\n");
            text.Append(CultureInfo.InvariantCulture, $"            <xmax>{item.XMax:F2}</xmax>\n            <ymax>{item.YMax:F2}</ymax>\n");
            text.Append("        </bndbox>\n    </object>\n");
        }

        return text.Append("</annotation>\n").ToString();
    }
}
