using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;

namespace ArcLearn.Shell;

/// <summary>Reads statements, over several lines where one is incomplete, and runs them until exit or the end of the input.</summary>
internal sealed class InteractivePrompt(Session session, Terminal terminal)
{
    public int Run()
    {
        session.IsInteractive = true;
        while (session.ExitCode is null)
        {
            if (ReadStatement() is not string statement)
            {
                break;
            }

            if (!string.IsNullOrWhiteSpace(statement))
            {
                session.Run(shell => shell.AddScript(statement));
            }
        }

        return session.ExitCode ?? 0;
    }

    private string? ReadStatement()
    {
        StringBuilder text = new();
        string prompt = PromptText();
        while (true)
        {
            Ask(prompt);
            try
            {
                if (session.UI.Input.ReadLine() is not string line)
                {
                    return text.Length > 0 ? text.ToString() : null;
                }

                text.AppendLine(line);
            }
            catch (PipelineStoppedException)
            {
                terminal.Write(Environment.NewLine);
                return "";
            }

            Parser.ParseInput(text.ToString(), out _, out ParseError[] errors);
            if (!errors.Any(e => e.IncompleteInput))
            {
                return text.ToString();
            }

            prompt = ">> ";
        }
    }

    private string PromptText()
    {
        try
        {
            return session.Evaluate<string>("prompt") ?? "PS> ";
        }
        catch (RuntimeException)
        {
            return "PS> ";
        }
    }

    // Statements that come down a pipe need no prompt among their output.
    private void Ask(string prompt)
    {
        if (!Console.IsInputRedirected)
        {
            terminal.Write(prompt);
        }
    }
}
