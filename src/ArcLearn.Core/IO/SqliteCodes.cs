namespace ArcLearn.Core.IO;

/// <summary>Result codes of SQLite that are told apart (sqlite.org/rescode.html), and what they mean wherever a database is written.</summary>
internal static class SqliteCodes
{
    public const int NoMemory = 7;
    public const int Busy = 5;
    public const int Locked = 6;
    public const int ReadOnly = 8;
    public const int IOError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int Protocol = 15;
    public const int NotADatabase = 26;

    /// <summary>Extended: the file system refuses locks.</summary>
    public const int LockRefused = IOError | (15 << 8);

    /// <summary>A file system without locks. Where it answers ENOLCK SQLite takes it for a database that another process holds, also one that was made just now.</summary>
    public static IOException LocksRefused(string path, Exception error) =>
        new($"The file system of {path} refuses locks, without which two runs could write one file. Write to another disk.", error);
}
