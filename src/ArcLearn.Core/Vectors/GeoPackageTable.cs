using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Vectors;

/// <summary>A feature table as gpkg_geometry_columns lists it.</summary>
internal sealed record GeoPackageTable(string Name, string GeometryColumn, long SrsId)
{
    /// <summary>All feature tables in the order in which they were added; never none.</summary>
    /// <exception cref="LearnFormatException">There is none.</exception>
    public static IReadOnlyList<GeoPackageTable> List(SqliteConnection connection, string path)
    {
        using SqliteCommand exists = connection.CreateCommand();
        exists.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('gpkg_geometry_columns', 'gpkg_contents', 'gpkg_spatial_ref_sys')";
        if ((long)exists.ExecuteScalar()! < 3)
        {
            throw new LearnFormatException("is a SQLite database without geometry columns, so it is no GeoPackage with features.", path);
        }

        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT g.table_name, g.column_name, g.srs_id FROM gpkg_geometry_columns g "
            + "JOIN gpkg_contents c ON lower(c.table_name) = lower(g.table_name) WHERE c.data_type = 'features' ORDER BY c.rowid";
        using SqliteDataReader rows = command.ExecuteReader();
        List<GeoPackageTable> tables = [];
        while (rows.Read())
        {
            tables.Add(new GeoPackageTable(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)));
        }

        return tables.Count > 0
            ? tables
            : throw new LearnFormatException("is a GeoPackage without a feature layer: gpkg_geometry_columns lists none.", path);
    }

    /// <summary>The type of a column by its declaration (GeoPackage 1.3, table 1); null for blobs and geometries.</summary>
    public static FieldType? TypeOf(string declared)
    {
        int bracket = declared.IndexOf('(', StringComparison.Ordinal);
        string name = (bracket < 0 ? declared : declared[..bracket]).Trim().ToUpperInvariant();
        return name switch
        {
            "BOOLEAN" => FieldType.Boolean,
            "TINYINT" or "SMALLINT" or "MEDIUMINT" or "INT" or "INTEGER" or "BIGINT" => FieldType.Integer,
            "FLOAT" or "DOUBLE" or "REAL" or "NUMERIC" => FieldType.Real,
            "TEXT" or "VARCHAR" or "CHAR" or "DATE" or "DATETIME" or "" => FieldType.Text,
            _ => null,
        };
    }
}
