using System.Runtime.InteropServices;

namespace ArcLearn.Shell;

/// <summary>Ctrl-C and SIGTERM stop the running pipeline, so that cmdlets end at a safe point and finally blocks run.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupted = 128 + 2;
    private const int Terminated = 128 + 15;

    private readonly Session _session;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignals(Session session)
    {
        _session = session;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Terminated));
    }

    /// <summary>The exit code that a signal asks for, or null where none came.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (_session.IsInteractive && exitCode == Interrupted)
        {
            _session.Stop();
            return;
        }

        if (ExitCode is not null && exitCode == Interrupted)
        {
            // Asked twice: whatever does not stop is left behind.
            Environment.Exit(exitCode);
        }

        ExitCode = exitCode;
        _session.Stop();
        if (_session.IsInteractive)
        {
            Environment.Exit(exitCode);
        }
    }
}
