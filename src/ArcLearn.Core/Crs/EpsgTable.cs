using System.Globalization;

namespace ArcLearn.Core.Crs;

/// <summary>The systems of epsg.txt beside this file, by code and by what they are; a line is read when it is asked for.</summary>
internal static class EpsgTable
{
    private static readonly Lazy<Content> s_content = new(Content.Load);
    private static readonly Lazy<IReadOnlyList<(CrsDefinition System, bool IsDeprecated)>> s_projected = new(() => s_content.Value.ReadProjected());

    /// <summary>By EPSG code; null for what is not computed here.</summary>
    public static CrsDefinition? Find(int code) => s_content.Value.Find(code);

    /// <summary>Whether EPSG has a geographic system of that code: GeoTIFF keeps these and projected ones in different keys.</summary>
    public static bool IsGeographic(int code) => s_content.Value.Geographic.ContainsKey(code);

    public static LinearUnit? FindUnit(double metres) =>
        s_content.Value.Units.Values.FirstOrDefault(unit => Math.Abs((unit.Metres / metres) - 1) < 1e-9);

    /// <summary>By the name in a DATUM node, in EPSG's, OGC's or Esri's spelling; null for one that EPSG does not list.</summary>
    public static GeodeticDatum? FindDatum(string name) =>
        s_content.Value.DatumNames.TryGetValue(Bare(name), out int code) ? s_content.Value.Datum(code) : null;

    public static GeodeticDatum? FindDatum(int code) => s_content.Value.Fields.ContainsKey(('D', code)) ? s_content.Value.Datum(code) : null;

    /// <summary>The listed system that gives the same coordinates: of several the one of the same name, then one in use, then the lowest code.</summary>
    public static CrsDefinition? FindEqual(CrsDefinition system)
    {
        string name = WktNode.Plain(system.Name);
        if (system.IsGeographic)
        {
            return s_content.Value.Geographic.Keys.Select(code => s_content.Value.Find(code)!)
                .Where(known => known.IsSameAs(system))
                .OrderBy(known => WktNode.Plain(known.Name) != name)
                .ThenBy(known => known.Epsg)
                .FirstOrDefault();
        }

        return s_projected.Value
            .Where(known => known.System.IsSameAs(system))
            .OrderBy(known => WktNode.Plain(known.System.Name) != name)
            .ThenBy(known => known.IsDeprecated)
            .ThenBy(known => known.System.Epsg)
            .Select(known => known.System)
            .FirstOrDefault();
    }

    /// <summary>Letters and digits alone, without Esri's leading <c>D_</c>.</summary>
    private static string Bare(string name) => WktNode.Plain(name.StartsWith("D_", StringComparison.OrdinalIgnoreCase) ? name[2..] : name);

    private sealed class Content
    {
        /// <summary>Kind and code to the other columns.</summary>
        public Dictionary<(char Kind, int Code), string[]> Fields { get; } = [];

        public Dictionary<int, GeographicSystem?> Geographic { get; } = [];

        public Dictionary<string, int> DatumNames { get; } = new(StringComparer.Ordinal);

        public Dictionary<int, LinearUnit> Units { get; } = [];

        public static Content Load()
        {
            Content content = new();
            using Stream stream = typeof(EpsgTable).Assembly.GetManifestResourceStream("ArcLearn.Core.Crs.epsg.txt")!;
            using StreamReader reader = new(stream);
            while (reader.ReadLine() is string line)
            {
                if (line[0] != '#')
                {
                    content.Add(line.Split('\t'));
                }
            }

            content.AddAliases();
            return content;
        }

        public CrsDefinition? Find(int code) => Geographic.ContainsKey(code)
            ? CrsDefinition.Of(FindGeographic(code))
            : Fields.TryGetValue(('P', code), out string[]? row) ? Projected(code, row) : null;

        public IReadOnlyList<(CrsDefinition System, bool IsDeprecated)> ReadProjected() =>
            [.. Fields.Where(pair => pair.Key.Kind == 'P').Select(pair => (Projected(pair.Key.Code, pair.Value), pair.Value[^1] == "1"))];

        public GeodeticDatum Datum(int code)
        {
            string[] row = Fields[('D', code)];
            int ellipsoid = Integer(row[3]);
            string[] shape = Fields[('E', ellipsoid)];
            DatumShift shift = row[4] switch { "none" => DatumShift.None, "one" => DatumShift.NoneToWgs84, _ => DatumShift.Some };
            return new GeodeticDatum(
                row[2],
                code,
                new Ellipsoid(shape[2], ellipsoid, Real(shape[3]), Real(shape[4])),
                shift,
                row[5].Length > 0 ? row[5] : null);
        }

        private void Add(string[] row)
        {
            int code = Integer(row[1]);
            Fields[(row[0][0], code)] = row;
            switch (row[0][0])
            {
                case 'U':
                    Units[code] = new LinearUnit(row[2], code, Real(row[3]));
                    break;
                case 'G':
                    Geographic[code] = null;
                    break;
                case 'D':
                    DatumNames.TryAdd(Bare(row[2]), code);
                    break;
            }
        }

        /// <summary>After all names, none of which gives way to an alias.</summary>
        private void AddAliases()
        {
            foreach (((char kind, int code), string[] row) in Fields)
            {
                foreach (string alias in kind == 'D' ? row.Skip(5).Where(alias => alias.Length > 0) : [])
                {
                    DatumNames.TryAdd(Bare(alias), code);
                }
            }
        }

        private GeographicSystem FindGeographic(int code)
        {
            lock (Geographic)
            {
                if (Geographic[code] is not GeographicSystem found)
                {
                    string[] row = Fields[('G', code)];
                    Geographic[code] = found = new GeographicSystem(row[2], code, Datum(Integer(row[3])), row[4], Real(row[5]), Real(row[6]));
                }

                return found;
            }
        }

        private CrsDefinition Projected(int code, string[] row)
        {
            double?[] values = [.. row[6..13].Select(text => text.Length > 0 ? Real(text) : (double?)null)];
            return new CrsDefinition(
                row[2],
                code,
                FindGeographic(Integer(row[3])),
                (ProjectionMethod)Integer(row[4]),
                new ProjectionParameters(values[0], values[1], values[2], values[3], values[4], values[5], values[6]),
                Units[Integer(row[5])]);
        }

        private static int Integer(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

        private static double Real(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
