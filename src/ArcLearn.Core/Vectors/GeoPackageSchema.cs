using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Vectors;

/// <summary>The tables of a GeoPackage 1.3 (OGC 12-128r17) with one feature layer, as SQL. Nothing in it depends on the clock.</summary>
internal sealed class GeoPackageSchema
{
    public const string IdColumn = "fid";
    public const string GeometryColumn = "geom";
    public const string StyleTable = "layer_styles";
    public const string MetadataTable = "gpkg_metadata";

    /// <summary>What marks this module's texts among other metadata.</summary>
    public const string MetadataStandard = "urn:arclearn:provenance";

    private const string MetadataExtension = "http://www.geopackage.org/spec121/#extension_metadata";

    /// <summary>Equal runs give equal bytes: the time of the change is left out as far as the format lets it be.</summary>
    public const string LastChange = "1970-01-01T00:00:00.000Z";

    /// <summary>The first id that no authority uses, for a system with well-known text alone.</summary>
    private const int CustomSrsId = 100_000;

    private readonly string _name;
    private readonly IReadOnlyList<FieldDefinition> _fields;
    private readonly LayerGeometry _geometry;
    private readonly SpatialReference? _crs;

    public GeoPackageSchema(string name, SpatialReference? crs, IReadOnlyList<FieldDefinition> fields, LayerGeometry geometry)
    {
        _name = name;
        _crs = crs;
        _fields = fields;
        _geometry = geometry;
        SrsId = crs is null ? -1 : CoordinateSystems.Identify(crs)?.Epsg ?? crs.Epsg ?? CustomSrsId;
        Table = GeoPackageFile.Quote(name);
        Index = GeoPackageFile.Quote($"rtree_{name}_{GeometryColumn}");
    }

    public int SrsId { get; }

    /// <summary>The feature table, quoted.</summary>
    public string Table { get; }

    /// <summary>The R-tree, quoted.</summary>
    public string Index { get; }

    /// <summary>'GPKG' and version 1.3.0; set before the first table, as the page size is.</summary>
    public static string Pragmas =>
        "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; "
        + "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;";

    /// <summary>Everything but the contents row, which waits for the extent, and the triggers, which call functions that SQLite does not have.</summary>
    public IEnumerable<string> Tables()
    {
        yield return "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, "
            + "organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)";
        yield return "INSERT INTO gpkg_spatial_ref_sys VALUES "
            + "('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'), "
            + "('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'), "
            + $"('WGS 84 geodetic', 4326, 'EPSG', 4326, {GeoPackageFile.Literal(CoordinateSystems.FromEpsg(4326).Wkt!)}, "
            + "'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid')";
        if (_crs is not null && SrsId != 4326)
        {
            yield return Reference(_crs);
        }

        yield return "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, "
            + "description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), "
            + "min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, "
            + "CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))";
        yield return "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, "
            + "srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), "
            + "CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), "
            + "CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))";
        yield return "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, "
            + "scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))";
        string columns = string.Concat(_fields.Select(field => $", {GeoPackageFile.Quote(field.Name)} {Declaration(field.Type)}"));
        yield return $"CREATE TABLE {Table} ({IdColumn} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {GeometryColumn} {GeometryName}{columns})";
        yield return $"CREATE VIRTUAL TABLE {Index} USING rtree(id, minx, maxx, miny, maxy)";
    }

    public string InsertFeature
    {
        get
        {
            string names = string.Concat(_fields.Select(f => ", " + GeoPackageFile.Quote(f.Name)));
            string values = string.Concat(_fields.Select((_, i) => FormattableString.Invariant($", $v{i}")));
            return $"INSERT INTO {Table} ({IdColumn}, {GeometryColumn}{names}) VALUES ($id, $geometry{values})";
        }
    }

    public string InsertIndex => $"INSERT INTO {Index} VALUES ($id, $minx, $maxx, $miny, $maxy)";

    /// <summary>The rows that name the layer, and the triggers of the R-tree extension (annex F.3).</summary>
    /// <param name="extent">min x, min y, max x, max y as SQL, or four NULLs.</param>
    public IEnumerable<string> Registration(string extent)
    {
        string name = GeoPackageFile.Literal(_name);
        yield return $"INSERT INTO gpkg_contents VALUES ({name}, 'features', {name}, '', '{LastChange}', {extent}, {SrsId})";
        yield return $"INSERT INTO gpkg_geometry_columns VALUES ({name}, '{GeometryColumn}', '{GeometryName}', {SrsId}, 0, 0)";
        yield return $"INSERT INTO gpkg_extensions VALUES ({name}, '{GeometryColumn}', 'gpkg_rtree_index', "
            + "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')";

        const string Full = $"(NEW.{GeometryColumn} NOTNULL AND NOT ST_IsEmpty(NEW.{GeometryColumn}))";
        const string Empty = $"(NEW.{GeometryColumn} ISNULL OR ST_IsEmpty(NEW.{GeometryColumn}))";
        string put = $"INSERT OR REPLACE INTO {Index} VALUES (NEW.{IdColumn}, ST_MinX(NEW.{GeometryColumn}), ST_MaxX(NEW.{GeometryColumn}), "
            + $"ST_MinY(NEW.{GeometryColumn}), ST_MaxY(NEW.{GeometryColumn})); ";
        string remove = $"DELETE FROM {Index} WHERE id = OLD.{IdColumn}; ";
        const string Same = $"OLD.{IdColumn} = NEW.{IdColumn}";
        const string Other = $"OLD.{IdColumn} != NEW.{IdColumn}";

        yield return Trigger("insert", "AFTER INSERT", Full, put);
        yield return Trigger("update1", $"AFTER UPDATE OF {GeometryColumn}", $"{Same} AND {Full}", put);
        yield return Trigger("update2", $"AFTER UPDATE OF {GeometryColumn}", $"{Same} AND {Empty}", remove);
        yield return Trigger("update3", "AFTER UPDATE", $"{Other} AND {Full}", remove + put);
        yield return Trigger("update4", "AFTER UPDATE", $"{Other} AND {Empty}", $"DELETE FROM {Index} WHERE id IN (OLD.{IdColumn}, NEW.{IdColumn}); ");
        yield return Trigger("delete", "AFTER DELETE", $"OLD.{GeometryColumn} NOT NULL", remove);
    }

    /// <summary>The metadata extension (annex F.8) with one text about the layer.</summary>
    public IEnumerable<string> Metadata(string json)
    {
        string name = GeoPackageFile.Literal(_name);
        yield return $"CREATE TABLE {MetadataTable} (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', "
            + "md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')";
        yield return "CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER, "
            + "timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER, "
            + "CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id), CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))";
        yield return $"INSERT INTO {MetadataTable} VALUES (1, 'dataset', '{MetadataStandard}', 'application/json', {GeoPackageFile.Literal(json)})";
        yield return $"INSERT INTO gpkg_metadata_reference VALUES ('table', {name}, NULL, NULL, '{LastChange}', 1, NULL)";
        yield return $"INSERT INTO gpkg_extensions VALUES ('{MetadataTable}', NULL, 'gpkg_metadata', '{MetadataExtension}', 'read-write'), "
            + $"('gpkg_metadata_reference', NULL, 'gpkg_metadata', '{MetadataExtension}', 'read-write')";
    }

    private string GeometryName => _geometry switch
    {
        LayerGeometry.Polygon => "POLYGON",
        LayerGeometry.MultiPolygon => "MULTIPOLYGON",
        LayerGeometry.Point => "POINT",
        _ => "GEOMETRY",
    };

    private string Trigger(string name, string when, string condition, string body) =>
        $"CREATE TRIGGER {GeoPackageFile.Quote($"rtree_{_name}_{GeometryColumn}_{name}")} {when} ON {Table} WHEN {condition} BEGIN {body}END";

    private string Reference(SpatialReference crs)
    {
        string name = GeoPackageFile.Literal(crs.Name);
        string organisation = SrsId == CustomSrsId ? "NONE" : "EPSG";
        string wkt = CoordinateSystems.Identify(crs) is null && crs.Wkt is null ? "undefined" : CoordinateSystems.ToWkt1(crs);
        return $"INSERT INTO gpkg_spatial_ref_sys VALUES ({name}, {SrsId}, '{organisation}', {SrsId}, {GeoPackageFile.Literal(wkt)}, NULL)";
    }

    /// <summary>The type of a field's column.</summary>
    public static string Declaration(FieldType type) => type switch
    {
        FieldType.Integer => "INTEGER",
        FieldType.Real => "REAL",
        FieldType.Boolean => "BOOLEAN",
        _ => "TEXT",
    };
}
