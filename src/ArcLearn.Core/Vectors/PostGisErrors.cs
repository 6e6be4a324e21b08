using System.Net.Sockets;
using Npgsql;

namespace ArcLearn.Core.Vectors;

/// <summary>What PostgreSQL and the way to it report, in the user's terms.</summary>
internal static class PostGisErrors
{
    /// <summary>Runs a step; what it throws is said of the address.</summary>
    public static T Guard<T>(PostGisAddress address, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (IsOurs(e))
        {
            throw Describe(e, address);
        }
    }

    private static bool IsOurs(Exception e) => e is NpgsqlException or SocketException or TimeoutException or EndOfStreamException
        || (e is IOException or InvalidOperationException and not ObjectDisposedException);

    private static Exception Describe(Exception error, PostGisAddress address) => error switch
    {
        PostgresException { SqlState: "42501" or "28000" or "28P01" } e => new UnauthorizedAccessException(
            $"{address}: the database denies it: {e.MessageText}. Check PGUSER, PGPASSWORD or the password file, and what the user may do.", error),
        PostgresException { SqlState: "3D000" } e => new LearnDataException("DatabaseMissing", $"{address}: {e.MessageText}.", address.Text, error),
        PostgresException { SqlState: "3F000" } e => new LearnDataException("TableMissing", $"{address}: {e.MessageText}.", address.Text, error),
        PostgresException { SqlState: "53100" } e => new IOException($"{address}: the database's disk is full: {e.MessageText}.", error),
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "57014" } e => Lost(address, e.MessageText, error),
        PostgresException e => new LearnDataException("DatabaseError", $"{address}: {e.MessageText} (SQLSTATE {e.SqlState}).", address.Text, error),

        // The password file may lack an entry: Npgsql then says so without a server's code.
        NpgsqlException e when e.Message.Contains("assword", StringComparison.Ordinal) => new UnauthorizedAccessException(
            $"{address}: the server asks for a password. Set PGPASSWORD, or put one into the password file (~/.pgpass).", error),
        _ => Lost(address, (error.InnerException ?? error).Message, error),
    };

    private static LearnDataException Lost(PostGisAddress address, string message, Exception error) => new(
        "DatabaseUnavailable", $"{address}: the database cannot be reached, or went away: {message.TrimEnd('.')}. Nothing was changed in it.", address.Text, error);
}
