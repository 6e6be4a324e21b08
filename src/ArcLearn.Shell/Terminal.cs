using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Runtime.InteropServices;

namespace ArcLearn.Shell;

/// <summary>Standard output and error: plain text for files and pipes; colours and a progress area for a terminal.</summary>
internal sealed partial class Terminal
{
    private readonly object _gate = new();
    private readonly ProgressDisplay _progress;
    private bool _atLineStart = true;

    public Terminal()
    {
        bool capable = Environment.GetEnvironmentVariable("TERM") != "dumb" && EnableAnsi();
        bool colors = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        UsesColor = capable && colors && !Console.IsOutputRedirected && !Console.IsErrorRedirected;
        _progress = new ProgressDisplay(Console.Error, draws: capable && !Console.IsErrorRedirected);
    }

    /// <summary>Whether escape sequences for colours may be written.</summary>
    public bool UsesColor { get; }

    /// <summary>Columns; 120 where there is no terminal.</summary>
    public static int Width
    {
        get
        {
            try
            {
                return !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Console.WindowWidth : 120;
            }
            catch (IOException)
            {
                return 120;
            }
        }
    }

    public void Write(string text, bool toError = false)
    {
        lock (_gate)
        {
            _progress.Clear();
            (toError ? Console.Error : Console.Out).Write(UsesColor ? text : Plain(text));
            _atLineStart = text.Length == 0 ? _atLineStart : text[^1] == '\n';
        }
    }

    /// <summary>Writes a line to standard error, coloured on a terminal unless it brings its own colours.</summary>
    /// <param name="text">The line.</param>
    /// <param name="color">The escape sequence before it.</param>
    public void WriteErrorLine(string text, string color)
    {
        lock (_gate)
        {
            _progress.Clear();
            bool coloured = text.Contains('\e', StringComparison.Ordinal);
            Console.Error.WriteLine(!UsesColor ? Plain(text) : coloured ? text : $"{color}{text}\e[0m");
            _atLineStart = true;
        }
    }

    public void ShowProgress(long source, ProgressRecord record)
    {
        lock (_gate)
        {
            _progress.Update(source, record, mayDraw: _atLineStart || Console.IsOutputRedirected);
        }
    }

    public void ClearProgress()
    {
        lock (_gate)
        {
            _progress.Clear();
        }
    }

    private static string Plain(string text) => new StringDecorated(text).ToString(OutputRendering.PlainText);

    private static bool EnableAnsi()
    {
        if (!OperatingSystem.IsWindows() || Console.IsErrorRedirected)
        {
            return true;
        }

        const int StandardError = -12;
        const uint VirtualTerminal = 4;
        IntPtr handle = GetStdHandle(StandardError);
        return GetConsoleMode(handle, out uint mode) && SetConsoleMode(handle, mode | VirtualTerminal);
    }

    [LibraryImport("kernel32.dll")]
    private static partial IntPtr GetStdHandle(int handle);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(IntPtr handle, out uint mode);

    [LibraryImport("kernel32.dll")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(IntPtr handle, uint mode);
}
