using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Whether a bunch's chips and classes are those of a model.</summary>
internal static class DataCheck
{
    /// <summary>The bunch can be trained on: chips of the model's shape, labels that count its classes.</summary>
    /// <exception cref="LearnDataException">BandMismatch, ChipSizeMismatch or ClassMismatch.</exception>
    public static void RequireTrainable(LearnDataBunch bunch, IChipData data, NetworkDefinition model)
    {
        // Labels count the data's classes: they have to be the model's, in its order.
        RequireShape(bunch, data, model);
        RequireOrder(data.Classes, model.Classes, bunch);
    }

    /// <summary>Chips are of the model's shape.</summary>
    /// <exception cref="LearnDataException">They are not (BandMismatch, SampleTypeMismatch, ChipSizeMismatch).</exception>
    public static void RequireShape(LearnDataBunch bunch, IChipData data, NetworkDefinition model)
    {
        if (data.Bands != model.Bands)
        {
            throw new LearnDataException("BandMismatch", $"The model takes {model.Bands} bands, but the chips have {data.Bands}.", bunch);
        }

        if (data.Normalization.SampleType != model.Normalization.SampleType)
        {
            throw new LearnDataException(
                "SampleTypeMismatch", $"The model takes chips of {model.Normalization.SampleType}, but the data's are of {data.Normalization.SampleType}: export them from a raster as the model was trained on.", bunch);
        }

        if (data.ChipSize != model.ChipSize)
        {
            throw new LearnDataException(
                "ChipSizeMismatch", $"The model takes chips of {model.ChipSize} pixels, but the data's have {data.ChipSize}. Read them with -ChipSize {model.ChipSize}.", bunch);
        }
    }

    /// <summary>Labels of the data can be learnt as they are.</summary>
    /// <exception cref="LearnDataException">The names differ, or their order does (ClassMismatch).</exception>
    public static void RequireOrder(IReadOnlyList<ClassDefinition> data, IReadOnlyList<ClassDefinition> model, object? target)
    {
        int[] labels = MapClasses(data, model, target);
        if (!labels.SequenceEqual(Enumerable.Range(0, labels.Length)))
        {
            throw new LearnDataException(
                "ClassMismatch", $"The data's classes have other values than the model's: {string.Join(", ", model.Select(c => $"{c.Name} = {c.Value}"))}. Give them the same with -ClassMapping.", target);
        }
    }

    /// <summary>The model's label for each of the data's labels, by class name; both count from 1, and 0 stays 0.</summary>
    /// <param name="isSubset">Whether the data may lack some of the model's classes: enough to measure by.</param>
    /// <exception cref="LearnDataException">The names are not the same on both sides, or the model lacks some (ClassMismatch).</exception>
    public static int[] MapClasses(IReadOnlyList<ClassDefinition> data, IReadOnlyList<ClassDefinition> model, object? target, bool isSubset = false)
    {
        string[] known = [.. model.Select(c => c.Name)];
        string[] given = [.. data.Select(c => c.Name)];
        bool isKnown = given.All(known.Contains) && given.Distinct(StringComparer.Ordinal).Count() == given.Length;
        if (!isKnown || (!isSubset && given.Length != known.Length))
        {
            throw new LearnDataException(
                "ClassMismatch",
                $"The model's classes are {string.Join(", ", known)}, but the data's are {string.Join(", ", given)}. Use data with the same class names, or rename them with -ClassMapping.",
                target);
        }

        return [0, .. given.Select(name => Array.IndexOf(known, name) + 1)];
    }
}
