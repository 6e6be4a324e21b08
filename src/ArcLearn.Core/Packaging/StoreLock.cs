using System.Diagnostics;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// Keeps other processes out of a folder of models while models move in it: an open file that nobody else may open. The system frees it where its process
/// is killed. Nothing long is done while it is held; unpacking is not.
/// </summary>
internal static class StoreLock
{
    /// <summary>In the store's folder, and left there: to remove it would let two processes lock two files of one name.</summary>
    public const string FileName = ".lock";

    // ERROR_SHARING_VIOLATION, and EWOULDBLOCK of Linux and macOS.
    private const int TakenWindows = 32;
    private const int TakenLinux = 11;
    private const int TakenMac = 35;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits for its turn; disposing the result ends it.</summary>
    /// <exception cref="IOException">Others held it for a minute.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    public static IDisposable Take(IFileSystem files, string root)
    {
        string path = Path.Combine(root, FileName);
        for (Stopwatch clock = Stopwatch.StartNew(); ; Thread.Sleep(clock.Elapsed.TotalMilliseconds < 50 ? 1 : 10))
        {
            try
            {
                return files.Lock(path);
            }
            catch (IOException e) when ((e.HResult & 0xFFFF) is TakenWindows or TakenLinux or TakenMac && clock.Elapsed < s_patience)
            {
                // Someone else's turn.
            }
        }
    }

    /// <summary>Takes a file at once, or not at all: null where another process has it, or it may not be made.</summary>
    public static IDisposable? TryTake(IFileSystem files, string path)
    {
        try
        {
            return files.Lock(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
