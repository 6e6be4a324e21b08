using System.Globalization;
using System.Security;
using System.Text;

namespace ArcLearn.Core.Vectors;

/// <summary>The table in which QGIS keeps styles inside a GeoPackage, with one style that colours the classes and is applied on opening.</summary>
internal static class LayerStyleTable
{
    public static void Write(
        Action<string> execute, string layerName, ClassStyle style, IReadOnlyList<FieldDefinition> fields, LayerGeometry geometry)
    {
        FieldDefinition field = fields.FirstOrDefault(f => f.Name == style.Field)
            ?? throw new ArgumentException($"The style's field '{style.Field}' is not a field of the layer.", nameof(style));
        string name = GeoPackageFile.Literal(layerName);
        string qml = GeoPackageFile.Literal(Qml(style, field.Type == FieldType.Text, geometry == LayerGeometry.Point));

        execute($"CREATE TABLE {GeoPackageSchema.StyleTable} (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
            + "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
            + "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            + "update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))");
        execute($"INSERT INTO gpkg_contents VALUES ('{GeoPackageSchema.StyleTable}', 'attributes', '{GeoPackageSchema.StyleTable}', '', "
            + $"'{GeoPackageSchema.LastChange}', NULL, NULL, NULL, NULL, 0)");
        execute($"INSERT INTO {GeoPackageSchema.StyleTable} VALUES (1, '', '', {name}, '{GeoPackageSchema.GeometryColumn}', 'Classes', {qml}, NULL, 1, "
            + $"'Colours of the classes', '', NULL, '{GeoPackageSchema.LastChange}')");
    }

    /// <summary>A categorised renderer in the style format of QGIS 3: outlines in the class colour over a faint fill, so that the image shows.</summary>
    private static string Qml(ClassStyle style, bool byName, bool isPoint)
    {
        StringBuilder categories = new();
        StringBuilder symbols = new();
        for (int i = 0; i < style.Classes.Count; i++)
        {
            ClassDefinition one = style.Classes[i];
            string at = i.ToString(CultureInfo.InvariantCulture);
            string value = Escape(byName ? one.Name : one.Value.ToString(CultureInfo.InvariantCulture));
            string kind = byName ? "string" : "long";
            categories.Append($"<category render=\"true\" symbol=\"{at}\" value=\"{value}\" type=\"{kind}\" label=\"{Escape(one.Name)}\"/>");
            symbols.Append(Symbol(at, Colour(one, i), isPoint));
        }

        return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis version=\"3.22\" styleCategories=\"Symbology\">"
            + $"<renderer-v2 type=\"categorizedSymbol\" attr=\"{Escape(style.Field)}\" enableorderby=\"0\" forceraster=\"0\" symbollevels=\"0\">"
            + $"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2></qgis>";
    }

    private static string Symbol(string name, string colour, bool isPoint)
    {
        (string type, string layer) = isPoint ? ("marker", "SimpleMarker") : ("fill", "SimpleFill");
        (string Key, string Value)[] options =
        [
            ("color", $"{colour},{(isPoint ? 255 : 30)}"),
            ("outline_color", $"{colour},255"),
            ("outline_style", "solid"),
            ("outline_width", "0.5"),
            ("outline_width_unit", "MM"),
            ("style", "solid"),
        ];

        // QGIS before 3.26 reads the prop elements, later ones the Option map.
        string map = string.Concat(options.Select(o => $"<Option name=\"{o.Key}\" value=\"{o.Value}\" type=\"QString\"/>"));
        string props = string.Concat(options.Select(o => $"<prop k=\"{o.Key}\" v=\"{o.Value}\"/>"));
        return $"<symbol name=\"{name}\" type=\"{type}\" alpha=\"1\" clip_to_extent=\"1\" force_rhr=\"0\">"
            + $"<layer class=\"{layer}\" enabled=\"1\" locked=\"0\" pass=\"0\"><Option type=\"Map\">{map}</Option>{props}</layer></symbol>";
    }

    private static string Colour(ClassDefinition one, int index) =>
        string.Join(',', ClassColors.Of(one.Color, index).Select(c => c.ToString(CultureInfo.InvariantCulture)));

    private static string Escape(string text) => SecurityElement.Escape(text);
}
