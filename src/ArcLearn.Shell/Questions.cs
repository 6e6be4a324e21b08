using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace ArcLearn.Shell;

/// <summary>What a host asks: a choice (-Confirm), missing arguments, a credential. With -NonInteractive each is an error that says what was asked.</summary>
internal sealed class Questions(Terminal terminal, InputReader input, bool nonInteractive)
{
    public int AskChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Refuse($"{caption} {message}".Trim());
        Say(caption, message);
        (string Key, string Label)[] labels = [.. choices.Select(SplitLabel)];
        while (true)
        {
            string options = string.Join("  ", labels.Select(l => $"[{l.Key}] {l.Label}"));
            string preset = defaultChoice >= 0 ? $" (default is \"{labels[defaultChoice].Key}\")" : "";
            terminal.Write($"{options}  [?] Help{preset}: ");
            string answer = (ReadAnswer(message) ?? throw Unanswered(message)).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            int chosen = Array.FindIndex(labels, l => l.Key.Equals(answer, StringComparison.OrdinalIgnoreCase)
                || l.Label.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }

            if (answer == "?")
            {
                foreach (((string key, string label), ChoiceDescription choice) in labels.Zip(choices))
                {
                    terminal.Write($"{key} - {(choice.HelpMessage is { Length: > 0 } help ? help : label)}\n");
                }
            }
        }
    }

    public Dictionary<string, PSObject> AskFields(string caption, string message, Collection<FieldDescription> fields)
    {
        Refuse($"a value for {string.Join(", ", fields.Select(f => f.Name))}");
        Say(caption, message);
        return fields.ToDictionary(field => field.Name, AskField, StringComparer.OrdinalIgnoreCase);
    }

    public PSCredential AskCredential(string caption, string message, string userName)
    {
        Refuse(message);
        Say(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            terminal.Write("User: ");
            userName = ReadAnswer(message) ?? throw Unanswered(message);
        }

        terminal.Write($"Password for {userName}: ");
        return new PSCredential(userName, ReadSecret(message));
    }

    public string? ReadAnswer(string question)
    {
        Refuse(question);
        return input.ReadLine();
    }

    public SecureString ReadSecret(string question)
    {
        Refuse(question);
        SecureString secret = input.ReadSecret();
        terminal.Write(Environment.NewLine);
        return secret;
    }

    private PSObject AskField(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(SecureString) || type == typeof(PSCredential))
        {
            terminal.Write($"{field.Name}: ");
            return PSObject.AsPSObject(type == typeof(SecureString) ? ReadSecret(field.Name) : AskCredential("", field.Name, ""));
        }

        if (!type.IsArray)
        {
            terminal.Write($"{field.Name}: ");
            return Convert(ReadAnswer(field.Name) ?? throw Unanswered(field.Name), type, field.Name);
        }

        List<string> items = [];
        while (true)
        {
            terminal.Write($"{field.Name}[{items.Count}]: ");
            if (ReadAnswer(field.Name) is not { Length: > 0 } item)
            {
                return Convert(items.ToArray(), type, field.Name);
            }

            items.Add(item);
        }
    }

    private static PSObject Convert(object value, Type type, string name)
    {
        try
        {
            return PSObject.AsPSObject(LanguagePrimitives.ConvertTo(value, type, CultureInfo.InvariantCulture));
        }
        catch (PSInvalidCastException e)
        {
            throw new HostException($"The answer for {name} does not fit: {e.Message}", e);
        }
    }

    private void Say(string caption, string message)
    {
        foreach (string text in new[] { caption, message }.Where(t => !string.IsNullOrEmpty(t)))
        {
            terminal.Write(text + Environment.NewLine);
        }
    }

    private void Refuse(string question)
    {
        if (nonInteractive)
        {
            throw new HostException(
                $"The shell runs with -NonInteractive and cannot ask: {question} Give all arguments, and -Confirm:$false where that is meant.");
        }
    }

    private static HostException Unanswered(string question) => new($"The input ended before this was answered: {question}");

    /// <summary>"Yes to &amp;All" is answered by A and shown as "Yes to All".</summary>
    private static (string Key, string Label) SplitLabel(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        string label = choice.Label.Replace("&", "", StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length ? (choice.Label.Substring(mark + 1, 1).ToUpperInvariant(), label) : (label, label);
    }
}
