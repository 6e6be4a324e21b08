using System.Globalization;
using System.Xml.Linq;

namespace ArcLearn.Core.Rasters;

/// <summary>
/// What the values of a raster of classes mean, in GDAL's Persistent Auxiliary Metadata: the raster attribute table (a row for each value; its columns are
/// known by their usage) and the older list of category names (the first names value 0).
/// </summary>
internal static class RasterAttributeTable
{
    private const int MaximumRows = 1 << 16;

    // GDALRATFieldType and GDALRATFieldUsage.
    private const int IntegerType = 0;
    private const int TextType = 2;
    private const int PixelCount = 1;
    private const int Name = 2;
    private const int Minimum = 3;
    private const int MinimumAndMaximum = 5;
    private const int Red = 6;
    private const int Green = 7;
    private const int Blue = 8;

    /// <summary>Classes of a PAMRasterBand or VRTRasterBand; empty where it names none, or where rows stand for ranges of values.</summary>
    /// <exception cref="LearnFormatException">A number is none.</exception>
    public static IReadOnlyList<ClassDefinition> Read(XElement band, string path) =>
        band.Element("GDALRasterAttributeTable") is XElement table && ReadRows(table, path) is { Count: > 0 } classes ? classes : ReadCategories(band);

    /// <summary>The elements that <see cref="Read"/> and GDAL read.</summary>
    /// <param name="classes">Those without a colour are black in the table, if others have one.</param>
    /// <param name="counts">Pixels of each class.</param>
    public static IEnumerable<XElement> Write(IReadOnlyList<ClassDefinition> classes, IReadOnlyList<long> counts)
    {
        bool hasColors = classes.Any(HasColor);
        if (classes.All(c => c.Value is >= 0 and <= byte.MaxValue))
        {
            Dictionary<int, string> names = classes.ToDictionary(c => c.Value, c => c.Name);
            yield return new XElement("CategoryNames", Enumerable.Range(0, names.Keys.Max() + 1).Select(value => new XElement("Category", names.GetValueOrDefault(value, ""))));
        }

        (string Name, int Type, int Usage)[] fields =
        [
            ("Value", IntegerType, MinimumAndMaximum), ("Count", IntegerType, PixelCount), ("Class", TextType, Name),
            .. hasColors ? new[] { ("Red", IntegerType, Red), ("Green", IntegerType, Green), ("Blue", IntegerType, Blue) } : [],
        ];
        yield return new XElement(
            "GDALRasterAttributeTable",
            new XAttribute("tableType", "thematic"),
            fields.Select((field, i) => new XElement(
                "FieldDefn", new XAttribute("index", i), new XElement("Name", field.Name), new XElement("Type", field.Type), new XElement("Usage", field.Usage))),
            classes.Select((c, i) => new XElement("Row", new XAttribute("index", i), Cells(c, counts[i], hasColors).Select(cell => new XElement("F", cell)))));
    }

    /// <summary>A colour table for values from 0; empty where no class has a colour or a value lies beyond 16 bits.</summary>
    public static IReadOnlyList<RasterColor> Colors(IReadOnlyList<ClassDefinition> classes)
    {
        if (!classes.Any(HasColor) || classes.Any(c => c.Value is < 0 or > ushort.MaxValue))
        {
            return [];
        }

        RasterColor[] colors = new RasterColor[classes.Max(c => c.Value) + 1];
        Array.Fill(colors, new RasterColor(0, 0, 0));
        foreach (ClassDefinition c in classes.Where(HasColor))
        {
            colors[c.Value] = new RasterColor((byte)c.Color[0], (byte)c.Color[1], (byte)c.Color[2]);
        }

        return colors;
    }

    private static bool HasColor(ClassDefinition c) => c.Color is [>= 0 and <= 255, >= 0 and <= 255, >= 0 and <= 255];

    private static IEnumerable<string> Cells(ClassDefinition c, long count, bool hasColors)
    {
        yield return c.Value.ToString(CultureInfo.InvariantCulture);
        yield return count.ToString(CultureInfo.InvariantCulture);
        yield return c.Name;
        for (int part = 0; part < 3 && hasColors; part++)
        {
            yield return (HasColor(c) ? c.Color[part] : 0).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static List<ClassDefinition> ReadRows(XElement table, string path)
    {
        (string Name, int Usage)[] fields =
        [
            .. table.Elements("FieldDefn").Select(field => (field.Element("Name")?.Value ?? "", (int)RasterXml.Number(field.Element("Usage")?.Value, 0, path))),
        ];

        // Without a column of values, rows are numbered from Row0Min on, one value each.
        double first = RasterXml.Number(table.Attribute("Row0Min")?.Value, 0, path);
        double step = RasterXml.Number(table.Attribute("BinSize")?.Value, 1, path);
        return ReadRows(fields, table.Elements("Row").Select(row => row.Elements("F").Select(cell => cell.Value).ToArray()), first, step, path);
    }

    /// <summary>Classes of rows of text, by the columns' usage, or by their titles where they have none; empty where no column names classes.</summary>
    /// <param name="first">The value of the first row where no column holds values.</param>
    /// <param name="step">How far the next row's lies from it.</param>
    /// <exception cref="LearnFormatException">A number is none.</exception>
    public static List<ClassDefinition> ReadRows((string Name, int Usage)[] fields, IEnumerable<string[]> rows, double first, double step, string path)
    {
        int value = Column("Value", MinimumAndMaximum, Minimum);
        int name = Column("Class", Name);
        foreach (string title in (string[])["Class_Name", "ClassName", "Name"])
        {
            name = name < 0 ? Column(title) : name;
        }

        (int red, int green, int blue) = (Column("Red", Red), Column("Green", Green), Column("Blue", Blue));
        List<ClassDefinition> classes = [];
        if (name < 0)
        {
            return classes;
        }

        HashSet<int> seen = [];
        foreach ((string[] cells, int index) in rows.Take(MaximumRows).Select((row, index) => (row, index)))
        {
            double number = value < 0 ? first + (index * step) : Number(cells, value);
            if (number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue && name < cells.Length && cells[name].Length > 0 && seen.Add((int)number))
            {
                int[] color = [Part(cells, red), Part(cells, green), Part(cells, blue)];
                classes.Add(new ClassDefinition((int)number, cells[name], color.Contains(-1) ? [-1, -1, -1] : color));
            }
        }

        return classes;

        int Column(string title, params ReadOnlySpan<int> usages)
        {
            foreach (int usage in usages)
            {
                int found = Array.FindIndex(fields, field => field.Usage == usage);
                if (found >= 0)
                {
                    return found;
                }
            }

            return Array.FindIndex(fields, field => field.Name.Equals(title, StringComparison.OrdinalIgnoreCase));
        }

        double Number(string[] cells, int column) => column >= 0 && column < cells.Length ? RasterXml.Number(cells[column], double.NaN, path) : double.NaN;

        int Part(string[] cells, int column) => Number(cells, column) is >= 0 and <= 255 and double part ? (int)part : -1;
    }

    private static IReadOnlyList<ClassDefinition> ReadCategories(XElement band) => band.Element("CategoryNames") is not XElement names ? [] :
    [
        .. names.Elements("Category").Take(MaximumRows)
            .Select((category, value) => new ClassDefinition(value, category.Value.Trim(), [-1, -1, -1]))
            .Where(c => c.Name.Length > 0),
    ];
}
