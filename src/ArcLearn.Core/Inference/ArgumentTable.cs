using System.Collections;
using System.Globalization;

namespace ArcLearn.Core.Inference;

/// <summary>
/// A user's hashtable of named settings: names in any case, values as numbers, booleans or the strings that arcgis uses for both.
/// </summary>
internal sealed class ArgumentTable
{
    private static readonly string[] s_true = ["true", "1", "t", "y", "yes"];
    private static readonly string[] s_false = ["false", "0", "f", "n", "no"];
    private readonly string _parameter;
    private readonly Dictionary<string, object?> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="parameter">The parameter that the table came in, for errors.</param>
    /// <param name="values">The table; null for an empty one.</param>
    /// <param name="known">All names that mean something.</param>
    /// <exception cref="LearnArgumentException">A name is unknown, given twice or without a value.</exception>
    public ArgumentTable(string parameter, IDictionary? values, IReadOnlyList<string> known)
    {
        _parameter = parameter;
        foreach (DictionaryEntry entry in values ?? new Hashtable())
        {
            string name = Text(entry.Key);
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                string nearest = NearestName.Find(name, known) is string near ? $" Did you mean '{near}'?" : "";
                throw new LearnArgumentException(parameter, $"-{parameter} does not know '{name}'.{nearest} It knows: {string.Join(", ", known)}.");
            }

            // A variable that was never set, as in @{ extent = $west }: to go on without it would be another job than the one asked for.
            if (entry.Value is null)
            {
                throw new LearnArgumentException(parameter, $"-{parameter} has no value for '{name}' (null). Give one, or leave the name out.");
            }

            if (!_values.TryAdd(name, entry.Value))
            {
                throw new LearnArgumentException(parameter, $"-{parameter} holds '{name}' twice, in different case.");
            }
        }
    }

    /// <summary>The value as it was given; null where it is absent.</summary>
    public object? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>A number within the argument's limits; null where it is absent.</summary>
    public double? Number(ArgumentDefinition argument)
    {
        if (Value(argument.Name) is not object value)
        {
            return null;
        }

        return TryNumber(value, out double number) && number >= argument.Lowest && number <= argument.Highest
            ? number
            : throw Fault(argument.Name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {argument.Lowest} to {argument.Highest}"));
    }

    /// <summary>A whole number within the argument's limits; null where it is absent.</summary>
    public int? Integer(ArgumentDefinition argument)
    {
        if (Value(argument.Name) is not object value)
        {
            return null;
        }

        return TryNumber(value, out double number) && number == Math.Floor(number) && number >= argument.Lowest && number <= Math.Min(int.MaxValue, argument.Highest)
            ? (int)number
            : throw Fault(
                argument.Name,
                value,
                double.IsInfinity(argument.Highest)
                    ? FormattableString.Invariant($"a whole number of {argument.Lowest} or more")
                    : FormattableString.Invariant($"a whole number from {argument.Lowest} to {argument.Highest}"));
    }

    /// <summary>true/1/t/y/yes or false/0/f/n/no; null where it is absent.</summary>
    public bool? Boolean(ArgumentDefinition argument)
    {
        if (Value(argument.Name) is not object value)
        {
            return null;
        }

        string text = Text(value);
        return s_true.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
            : s_false.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
            : throw Fault(argument.Name, value, "true or false (also 1/0, t/f, y/n, yes/no)");
    }

    /// <summary>A member of a table within the table, its name in any case; null where it is absent.</summary>
    public static object? Member(IDictionary members, string name)
    {
        foreach (DictionaryEntry entry in members)
        {
            if (string.Equals(Text(entry.Key), name, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value;
            }
        }

        return null;
    }

    public LearnArgumentException Fault(string name, object? value, string expected) =>
        new(_parameter, $"'{name}' in -{_parameter} is '{Text(value)}'; it must be {expected}.");

    /// <summary>Numbers and the texts of numbers; a host's wrapper around either counts as what it holds.</summary>
    public static bool TryNumber(object? value, out double number) =>
        double.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    public static string Text(object? value) => (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Trim();
}
