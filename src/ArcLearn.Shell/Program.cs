namespace ArcLearn.Shell;

internal static class Program
{
    private static int Main(string[] args)
    {
        ShellOptions options = ShellOptions.Parse(args);
        if (options.Help)
        {
            Console.Out.WriteLine(ShellOptions.Usage);
            return 0;
        }

        if (options.Fault is string fault)
        {
            Console.Error.WriteLine(fault);
            Console.Error.WriteLine(ShellOptions.Usage);
            return 64;
        }

        Terminal terminal = new();
        using Session session = new(new ShellHost(new ShellUI(terminal, options.NonInteractive)));
        using StopSignals signals = new(session);
        int exitCode = options switch
        {
            { Command: string text } => session.RunCommand(text),
            { ScriptPath: string path } => session.RunScript(path, options.Arguments),
            _ => new InteractivePrompt(session, terminal).Run(),
        };
        terminal.ClearProgress();
        return signals.ExitCode ?? exitCode;
    }
}
