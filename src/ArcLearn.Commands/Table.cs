using System.Collections;
using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Hashtables as users write them, for the parsers beneath.</summary>
internal static class Table
{
    /// <summary>Names to values without PowerShell's wrappers, names compared without case.</summary>
    /// <exception cref="LearnArgumentException">The argument is no table.</exception>
    public static Hashtable From(object? argument, string parameter)
    {
        Hashtable table = new(StringComparer.OrdinalIgnoreCase);
        switch (Plain(argument))
        {
            case null:
                break;
            case IDictionary pairs:
                foreach (DictionaryEntry pair in pairs)
                {
                    table[LanguagePrimitives.ConvertTo<string>(pair.Key)] = Plain(pair.Value);
                }

                break;
            case object other:
                throw new LearnArgumentException(parameter, $"-{parameter} takes a table such as @{{ name = value }}; found {other.GetType().Name}.");
        }

        return table;
    }

    private static object? Plain(object? value) => value switch
    {
        PSObject { BaseObject: not PSCustomObject } wrapped => Plain(wrapped.BaseObject),
        object[] list => list.Select(Plain).ToArray(),
        _ => value,
    };
}
