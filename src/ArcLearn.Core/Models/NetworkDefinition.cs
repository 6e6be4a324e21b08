using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Core.Models;

/// <summary>What makes a model of any kind but for its weights: what a saved model's definition says.</summary>
/// <param name="CellSize">Ground size of a pixel that it was trained on, in map units; null where none is known.</param>
/// <param name="Ground">The same on the ground; null where none is known.</param>
internal abstract record NetworkDefinition(string Name, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize, PixelGround? Ground)
{
    public abstract string Backbone { get; }

    public abstract int ChipSize { get; }

    public int Bands => Normalization.Mean.Count;

    /// <summary>The bands of a raster that it reads where nothing else is asked for, from 0.</summary>
    public IReadOnlyList<int> ExtractBands { get; init; } = [.. Enumerable.Range(0, Normalization.Mean.Count)];

    /// <summary>What the file that it was read from says beside, as it was written there.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Kept { get; init; } = [];

    /// <summary>What was known of the weights when that file was written; no part of <see cref="ToFile"/>.</summary>
    public SavedResults Results { get; init; } = SavedResults.None;

    /// <summary>The kind of model, as the cmdlets name it.</summary>
    public abstract string Kind { get; }

    /// <summary>What it reads.</summary>
    public ModelInput Input => new(Name, ChipSize, Bands, Normalization.SampleType, CellSize, Ground);

    public abstract ModelDefinitionFile ToFile();

    /// <summary>The model in one line, for those who ask what was opened.</summary>
    public string Summary()
    {
        string cell = Ground?.Metres is { } metres ? $", pixels of {PixelGround.Describe(metres)}"
            : CellSize is double size ? FormattableString.Invariant($", pixels of {size:G6} map units") : "";
        return $"Model '{Name}': {Kind} on {Backbone}, chips of {ChipSize} pixels, {Bands} band(s) of {Normalization.SampleType}{cell}; {Details()}classes {string.Join(", ", Classes.Select(c => c.Name))}.";
    }

    /// <summary>What in another definition is not as here: classes and network apart from its weights.</summary>
    /// <returns>Name, value there, value here.</returns>
    public IEnumerable<(string What, string Saved, string Own)> DifferencesFrom(NetworkDefinition saved) =>
        Parts().Zip(saved.Parts(), (own, there) => (own.What, there.Value, own.Value)).Where(part => part.Item2 != part.Item3);

    /// <summary>What only this kind of model has to say, ended by a semicolon and a space.</summary>
    protected virtual string Details() => "";

    /// <summary>What has to be equal for weights to fit, as text; the same list for each model of a kind.</summary>
    protected virtual IEnumerable<(string What, string Value)> Parts() =>
    [
        ("backbone", Backbone),
        ("bands", Text([Bands])),
        ("chip size", Text([ChipSize])),
        ("normalisation", Text(Normalization)),
    ];

    protected static string Text<T>(IReadOnlyList<T> values) =>
        string.Join(", ", values.Select(value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>To six digits: a definition that was written and read again is the same.</summary>
    private static string Text(Normalization normalization) => string.Join(
        " ",
        normalization.SampleType,
        FormattableString.Invariant($"x {normalization.Scale:G6}"),
        "mean " + string.Join(", ", normalization.Mean.Select(value => FormattableString.Invariant($"{value:G6}"))),
        "deviation " + string.Join(", ", normalization.Deviation.Select(value => FormattableString.Invariant($"{value:G6}"))));
}
