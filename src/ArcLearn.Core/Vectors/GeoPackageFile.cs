using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;
using static ArcLearn.Core.IO.SqliteCodes;

namespace ArcLearn.Core.Vectors;

/// <summary>What reading and writing a GeoPackage share: connections, quoting, and SQLite's errors in plain words.</summary>
internal static class GeoPackageFile
{
    /// <summary>Without a pool, so that the file is free when the connection is disposed, and without leaving files beside it.</summary>
    public static SqliteConnection OpenRead(string path, IFileSystem files)
    {
        if (files.FileExists(path + "-journal"))
        {
            TakeBack(path);
        }

        string source = IsClosedWriteAhead(path, files)
            ? $"file:///{string.Join('/', Path.GetFullPath(path).TrimStart('/').Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Select(Uri.EscapeDataString))}?immutable=1"
            : path;
        return Open(new SqliteConnection(ConnectionString(source, SqliteOpenMode.ReadOnly)));
    }

    /// <summary>The file must exist and may be empty.</summary>
    public static SqliteConnection OpenWrite(string path) => Open(new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite)) { DefaultTimeout = 1 });

    /// <summary>True for what reading a damaged file throws: SQLite's errors, and values of other types than the tables' declarations.</summary>
    public static bool IsBadContent(Exception error) =>
        error is SqliteException or InvalidCastException or FormatException or OverflowException or InvalidOperationException and not ObjectDisposedException;

    /// <summary>The exception to throw instead: a bad file, or what System.IO would throw.</summary>
    public static Exception Describe(Exception error, string path) => (error as SqliteException)?.SqliteErrorCode switch
    {
        null => new LearnFormatException($"is a GeoPackage whose tables hold values of the wrong type: {error.Message}", path, line: null, error),
        Full => new IOException($"The disk is full: {path} could not be written. Make room or choose another folder.", error),
        ReadOnly => new UnauthorizedAccessException($"{path} cannot be written: it or its folder is read-only.", error),
        Protocol => LocksRefused(path, error),
        IOError when ((SqliteException)error).SqliteExtendedErrorCode == LockRefused => LocksRefused(path, error),
        IOError or CannotOpen => new IOException($"{path} could not be read or written: {error.Message}", error),
        Corrupt => new LearnFormatException("is a damaged GeoPackage.", path, line: null, error),
        NotADatabase => new LearnFormatException("starts like a GeoPackage but is no SQLite database (it may be truncated or encrypted).", path, null, error),
        _ => new LearnFormatException($"is a GeoPackage that SQLite cannot read: {error.Message}", path, line: null, error),
    };

    /// <summary>A name in SQL.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Text in SQL.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A process that was killed as it wrote leaves a journal, which SQLite takes the file back by when it is opened for writing, and refuses to read beside.</summary>
    private static void TakeBack(string path)
    {
        try
        {
            using SqliteConnection connection = OpenWrite(path);
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master";
            _ = command.ExecuteScalar();
        }
        catch (SqliteException)
        {
            // A file that cannot be written may still be read, where the journal is an idle one; else reading tells what is wrong.
        }
    }

    private static string ConnectionString(string source, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString();

    private static SqliteConnection Open(SqliteConnection connection)
    {
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

    /// <summary>
    /// A file in write-ahead mode that nobody has open: a reader would create its -wal and -shm files, could not remove them, and fails in
    /// a folder that it cannot write. Taken as immutable it needs neither.
    /// </summary>
    private static bool IsClosedWriteAhead(string path, IFileSystem files)
    {
        const int ReadVersion = 19;     // offset in the header; 2 is write-ahead (sqlite.org/fileformat.html, 1.3)
        using Stream stream = files.OpenRead(path);
        stream.Position = ReadVersion;
        return stream.ReadByte() == 2 && !files.FileExists(path + "-wal");
    }
}
