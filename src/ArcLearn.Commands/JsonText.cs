using System.Collections;
using System.Management.Automation;
using ArcLearn.Core.Formats;

namespace ArcLearn.Commands;

/// <summary>JSON of what users write in its place: text as it is, tables and objects as JSON objects.</summary>
internal static class JsonText
{
    private const int DeepestTable = 64;

    /// <param name="hasLines">Whether it is the user's own text, whose lines they know.</param>
    /// <exception cref="LearnArgumentException">A value has no JSON.</exception>
    public static string From(object value, out bool hasLines)
    {
        string? text = Plain(value) switch
        {
            string whole => whole,

            // What Get-Content gives without -Raw.
            object[] { Length: > 0 } lines when lines.All(line => Plain(line) is string) => string.Join('\n', lines.Select(Plain)),
            _ => null,
        };
        hasLines = text is not null;
        return text ?? PythonJson.Write(Node(value, 0));
    }

    private static object? Plain(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static object? Node(object? value, int depth)
    {
        if (depth > DeepestTable)
        {
            throw new LearnArgumentException("Json", $"-Json is nested deeper than {DeepestTable} levels, or holds itself.");
        }

        switch (Plain(value))
        {
            case null or string or bool or int or long or float or double:
                return Plain(value);
            case decimal or byte or sbyte or short or ushort or uint or ulong or Enum:
                double number = LanguagePrimitives.ConvertTo<double>(Plain(value));
                return number == Math.Floor(number) && Math.Abs(number) < long.MaxValue ? (object)(long)number : number;
            case IDictionary table:
                JsonMap map = [];
                foreach (DictionaryEntry entry in table)
                {
                    map.Add(LanguagePrimitives.ConvertTo<string>(entry.Key), Node(entry.Value, depth + 1));
                }

                // The order of a plain hashtable changes from run to run.
                return table is Hashtable ? Sorted(map) : map;
            case IEnumerable list:
                return list.Cast<object?>().Select(item => Node(item, depth + 1)).ToList();
            case PSObject custom:
                JsonMap members = [];
                foreach (PSPropertyInfo property in custom.Properties)
                {
                    members.Add(property.Name, Node(property.Value, depth + 1));
                }

                return members;
            case object other:
                throw new LearnArgumentException("Json", $"-Json takes JSON as text, or a table of numbers, texts, lists and tables; found {other.GetType().Name}.");
        }
    }

    private static JsonMap Sorted(JsonMap map)
    {
        map.Sort((one, other) => string.CompareOrdinal(one.Key, other.Key));
        return map;
    }
}
