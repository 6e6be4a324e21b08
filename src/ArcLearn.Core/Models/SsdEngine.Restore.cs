using ArcLearn.Core.Formats;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Core.Models;

/// <content>Weights of a saved detector into one that is there.</content>
internal sealed partial class SsdEngine
{
    /// <summary>
    /// Replaces the weights by those of a saved detector that is built the same. Definition and classes are compared before the weights are
    /// read, keys and shapes before any is replaced: a saved model that does not fit changes nothing.
    /// </summary>
    /// <param name="path">A model's folder, its definition (.emd) or weights (.pth), or a package (.dlpk).</param>
    /// <param name="warn">Told when there is no definition beside the weights to compare with.</param>
    /// <exception cref="LearnDataException">
    /// Other classes (ClassMismatch), another network or normalisation (DefinitionMismatch), weights of another network (WeightsMismatch), or the
    /// model is being trained (ModelBusy).
    /// </exception>
    /// <exception cref="LearnFormatException">It is no sound model.</exception>
    public void Restore(string path, Action<string>? warn, CancellationToken cancel)
    {
        if (IsWeights(path))
        {
            string definition = Path.ChangeExtension(path, ".emd");
            if (!File.Exists(definition))
            {
                warn?.Invoke($"There is no {Path.GetFileName(definition)} beside {path}, so that its classes could not be compared: only keys and shapes of its weights were.");
                Replace(path, shown: null, cancel);
                return;
            }

            path = definition;
        }

        using ModelPackageReader package = ModelPackageReader.Open(path);
        SsdDefinition saved = SsdDefinitionFile.Read(package.Definition, package.Name, package.DefinitionPath);
        RequireSame(saved, package.DefinitionPath);
        Replace(package.WeightsPath(cancel), package.WeightsShown, cancel);
    }

    private void Replace(string weights, string? shown, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        StateDicts.Load(_network, weights, files: null, shown);
    }

    private void RequireSame(SsdDefinition saved, string path)
    {
        if (!saved.Classes.Select(c => (c.Name, c.Value)).SequenceEqual(Classes.Select(c => (c.Name, c.Value))))
        {
            throw new LearnDataException(
                "ClassMismatch",
                $"The classes of {path} are {ClassList(saved.Classes)}, but those of the model '{Name}' are {ClassList(Classes)}. Make the data with the same classes (-ClassMapping), or open the saved model with Import-LearnModel.",
                path);
        }

        (string What, string Saved, string Own)[] parts =
        [
            ("backbone", saved.Options.Backbone, Options.Backbone),
            ("bands", Text([saved.Options.Bands]), Text([Options.Bands])),
            ("chip size", Text([saved.Options.ChipSize]), Text([Options.ChipSize])),
            ("grids", Text(saved.Options.Grids), Text(Options.Grids)),
            ("zooms", Text(saved.Options.Zooms), Text(Options.Zooms)),
            ("ratios", Text(saved.Options.Ratios), Text(Options.Ratios)),
            ("normalisation", Text(saved.Normalization), Text(Normalization)),
        ];
        string[] differences = [.. parts.Where(part => part.Saved != part.Own).Select(part => $"{part.What} {part.Saved} instead of {part.Own}")];
        if (differences.Length > 0)
        {
            throw new LearnDataException(
                "DefinitionMismatch",
                $"{path} is another detector than the model '{Name}': {string.Join("; ", differences)}. Open it with Import-LearnModel instead.",
                path);
        }
    }

    private static string ClassList(IReadOnlyList<ClassDefinition> classes) =>
        string.Join(", ", classes.Select(c => FormattableString.Invariant($"{c.Name} = {c.Value}")));

    private static string Text<T>(IReadOnlyList<T> values) =>
        string.Join(", ", values.Select(value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>To six digits: a definition that was written and read again is the same.</summary>
    private static string Text(Data.Normalization normalization) => string.Join(
        " ",
        normalization.SampleType,
        FormattableString.Invariant($"x {normalization.Scale:G6}"),
        "mean " + string.Join(", ", normalization.Mean.Select(value => FormattableString.Invariant($"{value:G6}"))),
        "deviation " + string.Join(", ", normalization.Deviation.Select(value => FormattableString.Invariant($"{value:G6}"))));
}
