using Npgsql;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// A table of a PostGIS database: <c>postgresql://user@host:port/database?table=schema.table&amp;column=geom</c>. What the address leaves
/// out comes from PGHOST, PGPORT, PGUSER, PGDATABASE and PGSSLMODE, as for libpq; the password from PGPASSWORD or the password file
/// (PGPASSFILE, ~/.pgpass) alone, so that it is in no command, message or log.
/// </summary>
internal sealed record PostGisAddress
{
    private const string Example = "postgresql://user@host/database?table=schema.table";
    private const string UnixSockets = "/var/run/postgresql";
    private const int ConnectSeconds = 15;

    private PostGisAddress(string text, string schema, string table, string? column, string connection) =>
        (Text, Schema, Table, Column, ConnectionString) = (text, schema, table, column, connection);

    /// <summary>The address as it is shown, without a password since none is taken.</summary>
    public string Text { get; }

    public string Schema { get; }

    public string Table { get; }

    /// <summary>The geometry column; null for the first.</summary>
    public string? Column { get; }

    /// <summary>For Npgsql, which adds the password itself; never to be shown.</summary>
    public string ConnectionString { get; }

    public static bool IsAddress(string text) =>
        text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="LearnArgumentException">It names no table, holds a password, or a part that is not known.</exception>
    public static PostGisAddress Parse(string text, string parameter)
    {
        string rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        string[] halves = rest.Split('?', 2);
        int slash = halves[0].IndexOf('/', StringComparison.Ordinal);
        string authority = slash < 0 ? halves[0] : halves[0][..slash];
        string database = slash < 0 ? "" : halves[0][(slash + 1)..];
        int at = authority.LastIndexOf('@');
        string user = at < 0 ? "" : authority[..at];
        if (user.Contains(':', StringComparison.Ordinal) || halves is [_, string query] && query.Contains("password", StringComparison.OrdinalIgnoreCase))
        {
            // The text itself must not be shown: it holds the password.
            throw new LearnArgumentException(parameter, $"The address of the table holds a password. Leave it out and set PGPASSWORD, or use the password file (~/.pgpass). Write it like {Example}.");
        }

        Dictionary<string, string> options = Options(halves.Length > 1 ? halves[1] : "", parameter);
        if (!options.TryGetValue("table", out string? table) || table.Length == 0)
        {
            throw new LearnArgumentException(parameter, $"'{text}' names no table; write it like {Example}.");
        }

        int dot = table.IndexOf('.', StringComparison.Ordinal);
        (string schema, string name) = dot < 0 ? ("public", table) : (table[..dot], table[(dot + 1)..]);
        return new PostGisAddress(text, schema, name, options.GetValueOrDefault("column"), Connection(authority[(at + 1)..], Uri.UnescapeDataString(user), Uri.UnescapeDataString(database), text, parameter));
    }

    public override string ToString() => Text;

    private static Dictionary<string, string> Options(string query, string parameter)
    {
        Dictionary<string, string> options = new(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            if (parts.Length < 2 || parts[0].ToLowerInvariant() is not ("table" or "column"))
            {
                throw new LearnArgumentException(parameter, $"'{parts[0]}' is no part of a table's address; table and column are. Write it like {Example}.");
            }

            options[parts[0]] = Uri.UnescapeDataString(parts[1]);
        }

        return options;
    }

    private static string Connection(string server, string user, string database, string text, string parameter)
    {
        // [::1]:5432 has colons within the host.
        int colon = server.LastIndexOf(':');
        bool hasPort = colon > server.LastIndexOf(']');
        string host = Uri.UnescapeDataString((hasPort ? server[..colon] : server).Trim('[', ']'));
        string port = hasPort ? server[(colon + 1)..] : Environment.GetEnvironmentVariable("PGPORT") ?? "";
        if (!int.TryParse(port.Length > 0 ? port : "5432", out int number) || number is < 1 or > 65535)
        {
            throw new LearnArgumentException(parameter, $"'{port}' is no port, in '{text}' or PGPORT.");
        }

        host = Or(host, "PGHOST") ?? (Directory.Exists(UnixSockets) ? UnixSockets : "localhost");
        string name = Or(user, "PGUSER") ?? Environment.UserName;
        NpgsqlConnectionStringBuilder builder = new()
        {
            Host = host,
            Port = number,
            Username = name,
            Database = Or(database, "PGDATABASE") ?? name,
            Timeout = ConnectSeconds,
            CommandTimeout = 0,
            Pooling = false,
            ApplicationName = "ArcLearn",
        };
        if (Enum.TryParse(Environment.GetEnvironmentVariable("PGSSLMODE")?.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out SslMode mode))
        {
            builder.SslMode = mode;
        }

        return builder.ToString();
    }

    private static string? Or(string given, string variable) =>
        given.Length > 0 ? given : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
