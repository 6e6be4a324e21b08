using System.Management.Automation;
using System.Security;
using System.Text;

namespace ArcLearn.Shell;

/// <summary>Lines from standard input, which Ctrl-C can leave: a read that was left behind serves the next question.</summary>
internal sealed class InputReader
{
    private Task<string?>? _pending;
    private TaskCompletionSource _interrupted = new();

    /// <summary>The next line; null at the end of the input.</summary>
    /// <exception cref="PipelineStoppedException">Ctrl-C came first.</exception>
    public string? ReadLine()
    {
        TaskCompletionSource interrupted = Volatile.Read(ref _interrupted);
        Task<string?> read = _pending ??= Task.Run(Console.In.ReadLine);
        if (Task.WaitAny(read, interrupted.Task) == 1)
        {
            throw new PipelineStoppedException();
        }

        _pending = null;
        return read.GetAwaiter().GetResult();
    }

    public void Interrupt() => Interlocked.Exchange(ref _interrupted, new TaskCompletionSource()).TrySetResult();

    /// <summary>A line that is not shown while it is typed.</summary>
    public SecureString ReadSecret()
    {
        SecureString secret = new();
        foreach (char c in Console.IsInputRedirected ? ReadLine() ?? "" : ReadHidden())
        {
            secret.AppendChar(c);
        }

        secret.MakeReadOnly();
        return secret;
    }

    private static string ReadHidden()
    {
        StringBuilder typed = new();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        return typed.ToString();
    }
}
