using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Tests.Unit.TestSupport;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Tests.Unit.Inference;

public class JournalFaultTests
{
    public static TheoryData<int, int, Type, string> Faults => new()
    {
        { SqliteCodes.Protocol, SqliteCodes.Protocol, typeof(IOException), "refuses locks" },
        { SqliteCodes.IOError, SqliteCodes.LockRefused, typeof(IOException), "refuses locks" },
        { SqliteCodes.IOError, SqliteCodes.IOError, typeof(IOException), "goes on where it stopped" },
        { SqliteCodes.Full, SqliteCodes.Full, typeof(IOException), "disk is full" },
        { SqliteCodes.ReadOnly, SqliteCodes.ReadOnly, typeof(UnauthorizedAccessException), "read-only" },
        { SqliteCodes.Busy, SqliteCodes.Busy, typeof(LearnDataException), "in use" },
        { SqliteCodes.Corrupt, SqliteCodes.Corrupt, typeof(LearnDataException), "damaged" },
        { SqliteCodes.NotADatabase, SqliteCodes.NotADatabase, typeof(LearnDataException), "damaged" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_sqlite_throws_is_said_in_plain_words(int code, int extended, Type type, string message)
    {
        SqliteException thrown = new("SQLite Error", code, extended);

        Exception told = JournalFault.Describe(thrown, "a.journal");

        Assert.IsType(type, told);
        Assert.Same(thrown, told.InnerException);
        Assert.Contains(message, told.Message, StringComparison.Ordinal);
        Assert.Contains("a.journal", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_journal_that_cannot_be_locked_is_of_a_file_system_without_locks()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(100, 100);
        using BlobBackend backend = new(64);

        // Nobody can hold a file that was not there; here another connection does, since this disk has locks.
        using SqliteConnection holder = new($"Data Source={folder.PathOf("a.journal")};Pooling=False");
        FaultyFileSystem files = new()
        {
            AfterCreate = _ =>
            {
                holder.Open();
                using SqliteCommand lockIt = holder.CreateCommand();
                lockIt.CommandText = "BEGIN EXCLUSIVE; CREATE TABLE held (id INTEGER)";
                lockIt.ExecuteNonQuery();
            },
        };

        IOException error = Assert.Throws<IOException>(
            () => new JournaledRun(new DetectionRunOptions(), raster, backend, new RunIdentity([]), folder.PathOf("a.journal"), force: false, files));

        Assert.Contains("refuses locks", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.PathOf("a.journal")));
    }
}
