using System.Diagnostics;
using Npgsql;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>
/// A PostgreSQL server with PostGIS of its own for the tests: a cluster in a temporary folder, reached by a socket in it, ended with the
/// tests. PostgreSQL refuses to run as root; there it runs as the user that Debian's package makes.
/// </summary>
public sealed class PostGisServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("arclearn-pg-").FullName;
    private readonly bool _asRoot = Environment.UserName == "root";

    public PostGisServer()
    {
        if (SkipReason is not null)
        {
            return;
        }

        if (_asRoot)
        {
            Programs.Run("chown", "postgres", _folder);
        }

        Tool("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        string rules = Path.Combine(Data, "pg_hba.conf");
        File.WriteAllText(rules, $"local all {Guarded} scram-sha-256\n{File.ReadAllText(rules)}");
        Start();
        Execute("postgres", $"CREATE ROLE {Guarded} LOGIN PASSWORD '{Password}'");
        Execute("postgres", "CREATE DATABASE labels");
        Execute("labels", "CREATE EXTENSION postgis");
        Execute("postgres", "CREATE DATABASE plain");
    }

    /// <summary>A user who is asked for <see cref="Password"/>; all others are trusted.</summary>
    public const string Guarded = "guarded";

    public const string Password = "Tr0ub4dor-hunter2";

    /// <summary>Why the tests cannot run here, or null.</summary>
    public static string? SkipReason { get; } = Binaries() is null
        ? "PostgreSQL with PostGIS is not installed (Debian: apt-get install postgresql-15 postgresql-15-postgis-3)."
        : null;

    private string Data => Path.Combine(_folder, "data");

    /// <summary>A table's address; the server's folder stands for its host.</summary>
    public string Address(string table, string database = "labels", string user = "postgres") =>
        $"postgresql://{user}@{Uri.EscapeDataString(_folder)}/{database}?table={table}";

    public object? Execute(string database, string statement)
    {
        using NpgsqlConnection connection = Connect(database);
        using NpgsqlCommand command = new(statement, connection);
        return command.ExecuteScalar();
    }

    public NpgsqlConnection Connect(string database)
    {
        NpgsqlConnection connection = new($"Host={_folder};Username=postgres;Database={database};Pooling=false");
        connection.Open();
        return connection;
    }

    /// <summary>Ends the backends that the module opened.</summary>
    public long Kill() => (long)Execute(
        "labels", "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ArcLearn' AND backend_type = 'client backend'")!;

    /// <summary>Ends the server without a word to anyone, as a crash does, and starts it again.</summary>
    public void Crash()
    {
        Stop();
        Start();
    }

    public void Dispose()
    {
        if (SkipReason is null)
        {
            Stop();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Start() => Tool(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", $"-c listen_addresses='' -c unix_socket_directories='{_folder}' -c fsync=off", "start");

    private void Stop() => Tool("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    private static string? Binaries() => !Directory.Exists("/usr/lib/postgresql")
        ? null
        : Directory.EnumerateDirectories("/usr/lib/postgresql")
            .Where(version => File.Exists($"/usr/share/postgresql/{Path.GetFileName(version)}/extension/postgis.control"))
            .Select(version => Path.Combine(version, "bin"))
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")));

    /// <summary>Output goes nowhere: a server that is started inherits the pipes and would keep a reader waiting.</summary>
    private void Tool(string name, params string[] arguments)
    {
        string program = Path.Combine(Binaries()!, name);
        string[] all = _asRoot ? ["runuser", "-u", "postgres", "--", program, .. arguments] : [program, .. arguments];
        string command = string.Join(' ', all.Select(argument => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"cd / && {command} >/dev/null 2>&1"]))!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}.");
    }
}

/// <summary>A test that needs a database server, skipped where none is installed.</summary>
public sealed class PostGisFactAttribute : FactAttribute
{
    public PostGisFactAttribute() => Skip = PostGisServer.SkipReason;
}

/// <summary>A test with cases that needs a database server, skipped where none is installed.</summary>
public sealed class PostGisTheoryAttribute : TheoryAttribute
{
    public PostGisTheoryAttribute() => Skip = PostGisServer.SkipReason;
}
