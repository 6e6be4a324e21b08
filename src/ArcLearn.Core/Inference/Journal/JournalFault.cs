using Microsoft.Data.Sqlite;
using static ArcLearn.Core.IO.SqliteCodes;

namespace ArcLearn.Core.Inference;

/// <summary>SQLite's errors about a journal in plain words.</summary>
internal static class JournalFault
{
    public static Exception Describe(Exception error, string path) => error is SqliteException { SqliteErrorCode: int code } sqlite
        ? code switch
        {
            Busy or Locked => new LearnDataException("JournalInUse", $"{path} is in use: another process does this run. Wait for it, or give the output another name.", path, error),
            Protocol => LocksRefused(path, error),
            IOError when sqlite.SqliteExtendedErrorCode == LockRefused => LocksRefused(path, error),
            NoMemory => new InsufficientMemoryException($"There is not enough memory to write {path}.", error),
            Full => new IOException($"The disk is full: {path} could not be written. Make room and repeat the run: it goes on where it stopped.", error),
            ReadOnly => new UnauthorizedAccessException($"{path} cannot be written: it or its folder is read-only.", error),
            IOError or CannotOpen => new IOException($"{path} could not be read or written: {error.Message} Repeat the run when the place is there again: it goes on where it stopped.", error),
            _ => Damaged(path, error),
        }
        : Damaged(path, error);

    private static LearnDataException Damaged(string path, Exception error) =>
        new("JournalDamaged", $"{path} is a damaged journal: {error.Message} Give -Force to throw it away and begin anew.", path, error);
}
