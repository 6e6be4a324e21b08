using ArcLearn.Core.Inference;
using ArcLearn.Core.Vectors;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>The classes of a layer's features with their counts and colours.</summary>
internal sealed class FeatureClasses
{
    private const string Unnamed = "objects";
    private readonly int _field;
    private readonly IReadOnlyList<ClassDefinition>? _known;
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private Dictionary<string, SKColor>? _colors;

    /// <exception cref="LearnDataException">ClassFieldMissing: the layer has no field of the name asked for.</exception>
    public FeatureClasses(IVectorLayer layer, DetectionMapOptions options)
    {
        _known = options.Classes;
        string[] names = [.. layer.Fields.Select(field => field.Name)];
        _field = Array.FindIndex(names, name => string.Equals(name, options.ClassField ?? DetectionFields.Class, StringComparison.OrdinalIgnoreCase));
        if (_field < 0 && options.ClassField is string missing)
        {
            throw new LearnDataException("ClassFieldMissing", $"{layer.Path} has no field '{missing}'. It has: {string.Join(", ", names)}.", missing);
        }

        foreach (ClassDefinition one in _known ?? [])
        {
            _counts.TryAdd(one.Name, 0);
        }
    }

    public int Total { get; private set; }

    public void Count(VectorFeature feature)
    {
        string name = NameOf(feature);
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
        Total++;
    }

    /// <summary>After all features have been counted.</summary>
    public SKColor ColorOf(VectorFeature feature) => Colors()[NameOf(feature)];

    /// <summary>Names and counts in the order of the names.</summary>
    public IReadOnlyList<LegendEntry> Entries() =>
        [.. _counts.Select(pair => new LegendEntry(FormattableString.Invariant($"{pair.Key} {pair.Value}"), Colors()[pair.Key]))];

    private Dictionary<string, SKColor> Colors() => _colors ??= _counts.Keys
        .Select((name, index) => (Name: name, Color: ClassPalette.ColorOf(_known?.FirstOrDefault(one => one.Name == name), index)))
        .ToDictionary(pair => pair.Name, pair => pair.Color, StringComparer.Ordinal);

    private string NameOf(VectorFeature feature) =>
        _field < 0 ? Unnamed : ArgumentTable.Text(feature.Values[_field]) is { Length: > 0 } name ? name : "(none)";
}
