using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Vectors;

/// <summary>What reading and writing a GeoPackage share: connections, quoting, and SQLite's errors in plain words.</summary>
internal static class GeoPackageFile
{
    // Result codes of SQLite (sqlite.org/rescode.html).
    private const int ReadOnly = 8;
    private const int IOError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Without a pool, so that the file is free when the connection is disposed.</summary>
    public static SqliteConnection OpenRead(string path)
    {
        SqliteConnection connection = new(ConnectionString(path, SqliteOpenMode.ReadOnly));
        try
        {
            connection.Open();
            using SqliteCommand probe = connection.CreateCommand();
            probe.CommandText = "SELECT COUNT(*) FROM sqlite_master";
            probe.ExecuteScalar();
            return connection;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is CannotOpen or ReadOnly)
        {
            // A write-ahead file in a folder that cannot be written: nobody else writes there either, so the file may be taken as fixed.
            connection.Dispose();
            string uri = "file:" + Uri.EscapeDataString(Path.GetFullPath(path)).Replace("%2F", "/", StringComparison.Ordinal) + "?immutable=1";
            connection = new SqliteConnection(ConnectionString(uri, SqliteOpenMode.ReadOnly));
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The file must exist and may be empty.</summary>
    public static SqliteConnection OpenWrite(string path)
    {
        SqliteConnection connection = new(ConnectionString(path, SqliteOpenMode.ReadWrite));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The exception to throw instead: a bad file, or what System.IO would throw.</summary>
    public static Exception Describe(SqliteException error, string path) => error.SqliteErrorCode switch
    {
        Full => new IOException($"The disk is full: {path} could not be written. Make room or choose another folder.", error),
        ReadOnly => new UnauthorizedAccessException($"{path} cannot be written: it or its folder is read-only.", error),
        IOError or CannotOpen => new IOException($"{path} could not be read or written: {error.Message}", error),
        Corrupt => new LearnFormatException("is a damaged GeoPackage.", path, line: null, error),
        NotADatabase => new LearnFormatException("starts like a GeoPackage but is no SQLite database (it may be truncated or encrypted).", path, null, error),
        _ => new LearnFormatException($"is a GeoPackage that SQLite cannot read: {error.Message}", path, line: null, error),
    };

    /// <summary>A name in SQL.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Text in SQL.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string ConnectionString(string source, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString();
}
