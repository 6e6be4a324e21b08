using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Whether a bunch is something that a detector can look at.</summary>
internal static class DetectionDataCheck
{
    /// <summary>A bunch's chips with their boxes.</summary>
    /// <exception cref="LearnDataException">It has none (DatasetTypeMismatch).</exception>
    public static IDetectionData Boxes(LearnDataBunch bunch) => bunch.Content as IDetectionData ?? throw new LearnDataException(
        "DatasetTypeMismatch",
        $"A detector learns from boxes, but the data are {bunch.DatasetType}. It takes {string.Join(", ", MetadataFormats.With(LabelContent.Boxes, LabelContent.InstanceMasks))}.",
        bunch);

    /// <summary>The bunch's chips.</summary>
    /// <exception cref="LearnDataException">No boxes (DatasetTypeMismatch), or chips of another shape (BandMismatch, ChipSizeMismatch).</exception>
    public static IDetectionData Require(LearnDataBunch bunch, SsdEngine model)
    {
        IDetectionData data = Boxes(bunch);
        if (data.Bands != model.Bands)
        {
            throw new LearnDataException("BandMismatch", $"The model takes {model.Bands} bands, but the chips have {data.Bands}.", bunch);
        }

        return data.ChipSize == model.ChipSize
            ? data
            : throw new LearnDataException(
                "ChipSizeMismatch", $"The model takes chips of {model.ChipSize} pixels, but the data's have {data.ChipSize}. Read them with -ChipSize {model.ChipSize}.", bunch);
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
    /// <exception cref="LearnDataException">The names are not the same on both sides (ClassMismatch).</exception>
    public static int[] MapClasses(IReadOnlyList<ClassDefinition> data, IReadOnlyList<ClassDefinition> model, object? target)
    {
        string[] known = [.. model.Select(c => c.Name)];
        string[] given = [.. data.Select(c => c.Name)];
        if (!known.Order(StringComparer.Ordinal).SequenceEqual(given.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            throw new LearnDataException(
                "ClassMismatch",
                $"The model's classes are {string.Join(", ", known)}, but the data's are {string.Join(", ", given)}. Use data with the same class names, or rename them with -ClassMapping.",
                target);
        }

        return [0, .. given.Select(name => Array.IndexOf(known, name) + 1)];
    }
}
