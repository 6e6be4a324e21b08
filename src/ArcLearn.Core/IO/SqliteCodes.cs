namespace ArcLearn.Core.IO;

/// <summary>Result codes of SQLite that are told apart (sqlite.org/rescode.html).</summary>
internal static class SqliteCodes
{
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
}
