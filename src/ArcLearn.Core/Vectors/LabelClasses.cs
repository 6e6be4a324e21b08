using System.Globalization;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Gathers the class of each label and settles values and names at the end. A field of text makes classes by name, with values 1 to n in
/// ordinal order of the names; a field of integers keeps its values, named by a sibling field or as written.
/// </summary>
internal sealed class LabelClasses
{
    private readonly string _path;
    private readonly int _value;
    private readonly bool _isKey;
    private readonly int _name = -1;
    private readonly string? _field;
    private readonly SortedDictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, string> _numbers = [];
    private readonly Dictionary<string, int> _invalid = new(StringComparer.Ordinal);
    private int _integers;

    private static readonly string[] s_likelyNames = ["class", "classname", "class_name", "label", "category", "kind", "type", "species", "name"];

    /// <exception cref="LearnDataException">ClassFieldMissing: the named field is not there.</exception>
    /// <param name="key">See <see cref="IVectorLayer.KeyField"/>.</param>
    public LabelClasses(string path, IReadOnlyList<FieldDefinition> fields, string? named, string? key = null)
    {
        _path = path;
        _value = named is null ? Find(fields, "classvalue") is int first and >= 0 ? first : Find(fields, "value") : Find(fields, named);
        if (named is not null && _value < 0 && string.Equals(key, named, StringComparison.OrdinalIgnoreCase))
        {
            (_isKey, _field) = (true, key);
            return;
        }

        if (named is not null && _value < 0)
        {
            string all = fields.Count == 0 ? "It has no fields." : $"Its fields are: {string.Join(", ", fields.Select(f => f.Name))}.";
            throw new LearnDataException("ClassFieldMissing", $"{path} has no field '{named}'. {all}", named);
        }

        Hint = _value < 0 ? HintOf(path, fields) : null;
        if (_value >= 0)
        {
            _field = fields[_value].Name;
            if (_field.Equals("classvalue", StringComparison.OrdinalIgnoreCase))
            {
                _name = Find(fields, "classname") is int sibling and >= 0 ? sibling : Find(fields, "class");
                _name = _name >= 0 && fields[_name].Type == FieldType.Text ? _name : -1;
            }
        }
    }

    /// <summary>The field that the classes come from; null where every label is of class 1.</summary>
    public string? Field => _field;

    /// <summary>Whether the classes are names, which get values from 1 in ordinal order.</summary>
    public bool AreNames => _texts.Count > 0;

    /// <summary>What to tell where no field was named and none has the usual name, though there are fields that may be meant; else null.</summary>
    public string? Hint { get; }

    /// <summary>A label's class as it stands: text, a number, or null where the feature has none or one that is no class.</summary>
    public object? Take(VectorFeature feature)
    {
        if (_value < 0 && !_isKey)
        {
            return AddNumber(1, feature);
        }

        switch (_isKey ? feature.Id : feature.Values[_value])
        {
            case null:
                return null;
            case string text when string.IsNullOrWhiteSpace(text):
                return null;
            case string text:
                _texts[text] = _texts.GetValueOrDefault(text) + 1;
                return text;
            case long number and >= 1 and <= int.MaxValue:
                return AddNumber((int)number, feature);
            case double real when real >= 1 && real <= int.MaxValue && double.IsInteger(real):
                return AddNumber((int)real, feature);
            case object other:
                string shown = Convert.ToString(other, CultureInfo.InvariantCulture)!;
                _invalid[shown] = _invalid.GetValueOrDefault(shown) + 1;
                return null;
        }
    }

    /// <summary>Call once all labels are taken.</summary>
    /// <exception cref="LearnDataException">ClassValueInvalid: values below 1, no whole numbers, text beside numbers, or one value with two names.</exception>
    public void Check()
    {
        if (_invalid.Count > 0)
        {
            string examples = string.Join(", ", _invalid.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(3)
                .Select(pair => $"'{pair.Key}'"));
            throw Invalid($"{_invalid.Values.Sum()} of its values are no class ({examples}). A class is text or a whole number from 1; 0 is background.");
        }

        if (_texts.Count > 0 && _integers > 0)
        {
            throw Invalid($"{_integers} of its values are numbers (such as {_numbers.First().Key}) and {_texts.Values.Sum()} are text "
                + $"(such as '{_texts.First().Key}'). Make all of them text or all of them numbers.");
        }
    }

    /// <summary>Only fields that can hold a class are worth a word.</summary>
    private static string? HintOf(string path, IReadOnlyList<FieldDefinition> fields)
    {
        string[] names = [.. fields.Where(f => f.Type is FieldType.Text or FieldType.Integer).Select(f => f.Name)];
        string? likely = s_likelyNames.Select(name => Array.Find(names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(n => n is not null);
        return names.Length == 0 ? null
            : $"No class field was named and {path} has none called classvalue or value, so every label is of class 1. "
                + $"Its fields are: {string.Join(", ", fields.Select(f => f.Name))}. Name the one with the class{(likely is null ? "" : $", as -ClassValueField '{likely}'")}.";
    }

    public IReadOnlyList<ClassDefinition> ToClasses() => _texts.Count > 0
        ? [.. _texts.Keys.Select((name, i) => new ClassDefinition(i + 1, name, ClassColors.At(i)))]
        : [.. _numbers.Select((pair, i) => new ClassDefinition(pair.Key, pair.Value, ClassColors.At(i)))];

    /// <summary>Case is taken into account first: a file may have Class and CLASS.</summary>
    private static int Find(IReadOnlyList<FieldDefinition> fields, string name)
    {
        foreach (StringComparison comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
        {
            for (int i = 0; i < fields.Count; i++)
            {
                if (fields[i].Name.Equals(name, comparison))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private int AddNumber(int value, VectorFeature feature)
    {
        _integers++;
        string plain = value.ToString(CultureInfo.InvariantCulture);
        string name = _name >= 0 && feature.Values[_name] is string text && !string.IsNullOrWhiteSpace(text) ? text : plain;
        if (!_numbers.TryGetValue(value, out string? known) || known == plain)
        {
            _numbers[value] = name;
        }
        else if (name != plain && name != known)
        {
            throw Invalid($"its value {plain} is named both '{known}' and '{name}'. Give each value one name.");
        }

        return value;
    }

    private LearnDataException Invalid(string what) => new(
        "ClassValueInvalid", $"The class field '{_field}' of {_path} cannot be used: {what} Another field may be named with -ClassValueField.", _field);
}
