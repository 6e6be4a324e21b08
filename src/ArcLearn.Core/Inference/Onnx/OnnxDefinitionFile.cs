using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>
/// What an ONNX model is, from its file and from a definition (.emd) beside it or within it. What neither says: samples are divided by 255, as Deepness and YOLO have it,
/// and what is found follows from the outputs' shapes.
/// </summary>
internal static class OnnxDefinitionFile
{
    private const int LargestSide = 16384;
    private const int MostBands = 1024;
    private const long MostSamples = 1 << 28;

    /// <summary>Deepness' kinds of models that find something else than classes.</summary>
    private static readonly string[] s_others = ["Regressor", "Recognition", "Superresolution"];

    /// <param name="file">The model.</param>
    /// <param name="definition">The .emd that names it; null for the one within it, where there is one.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="shown">What messages call it.</param>
    /// <exception cref="LearnFormatException">File and definition together do not say what it takes or gives.</exception>
    /// <exception cref="LearnDataException">It finds something else than objects or classes (ModelType).</exception>
    public static OnnxDefinition Read(OnnxFile file, ModelDefinitionFile? definition, string name, string shown)
    {
        OnnxSignature signature = file.Signature;
        if (definition is null && signature.Metadata.TryGetValue(OnnxMetadata.DefinitionKey, out string? inside))
        {
            definition = ModelDefinitionFile.Parse(shown, inside);
        }

        OnnxInput input = Input(signature, definition, shown);
        OnnxTask task = Task(signature, definition, shown);
        (ClassDefinition[] classes, bool hasBackground) = Classes(signature, definition, task, shown);
        Normalization normalization = Normalize(signature, definition, input.Bands, shown);
        OnnxDefinition result = new(
            name, task, input, signature, classes, normalization, definition?.Settings?.CellSize, definition is null ? null : DefinitionFile.Ground(definition))
        {
            ExtractBands = definition?.ExtractBands is { Count: > 0 } chosen && chosen.Distinct().Count() == chosen.Count ? chosen : [.. Enumerable.Range(0, input.Bands)],
        };
        return task switch
        {
            OnnxTask.Objects => result with { Boxes = OnnxBoxLayout.Of(signature, input, classes.Length, DetectorType(signature, definition), definition?.Settings, shown) },
            OnnxTask.Pixels => WithChannels(result, Channels(signature, input, classes, hasBackground, shown), definition, shown),
            _ => WithScores(result, definition, shown),
        };
    }

    private static OnnxInput Input(OnnxSignature signature, ModelDefinitionFile? definition, string shown)
    {
        OnnxValue input = signature.Input;
        if (input.DataType != OnnxDataType.Float)
        {
            throw new LearnFormatException($"takes {input}; 32-bit samples (float) are given. Convert it with float inputs.", shown);
        }

        if (input.Shape is not [OnnxDimension batch, OnnxDimension first, OnnxDimension second, OnnxDimension third])
        {
            throw new LearnFormatException($"takes {input}; a model of images takes [N, bands, height, width].", shown);
        }

        bool isLast = first.Size is > 4 && third.Size is long last && last < first.Size;
        (OnnxDimension bands, OnnxDimension height, OnnxDimension width) = isLast ? (third, first, second) : (first, second, third);
        long? told = definition?.ImageWidth ?? Size(signature);
        long side = height.Size ?? width.Size ?? told
            ?? throw new LearnFormatException(
                $"takes {input}, chips of any size, and does not say of which it was trained on. Give it a definition (.emd) with ImageWidth, or the metadata {OnnxMetadata.TileSizeKey}.", shown);
        long count = bands.Size ?? definition?.ExtractBands.Count ?? 0;
        if ((height.Size ?? side) != (width.Size ?? side))
        {
            throw new LearnFormatException($"takes {input}; a model's chips are square.", shown);
        }

        if (told is long said && height.Size is not null && said != side)
        {
            throw new LearnFormatException($"takes {input}, and its definition says chips of {said} pixels.", shown);
        }

        if (definition?.ExtractBands is { Count: > 0 } extracted && extracted.Count != count)
        {
            throw new LearnFormatException($"takes {input}, {count} band(s), and its definition extracts {extracted.Count} (ExtractBands).", shown);
        }

        if (side is < 1 or > LargestSide || count is < 1 or > MostBands || batch.Size is < 1 or > 4096)
        {
            throw new LearnFormatException($"takes {input}; a batch of 1 to 4096, 1 to {MostBands} bands and sides of 1 to {LargestSide} pixels are understood.", shown);
        }

        if ((batch.Size ?? 1) * count * side * side > MostSamples)
        {
            throw new LearnFormatException($"takes {input}; up to {MostSamples} samples at a time are understood.", shown);
        }

        return new OnnxInput((int?)batch.Size, (int)count, (int)side, isLast);
    }

    private static OnnxTask Task(OnnxSignature signature, ModelDefinitionFile? definition, string shown)
    {
        string? told = definition?.EffectiveModelType is { Length: > 0 } type ? type : Text(signature, OnnxMetadata.ModelTypeKey) ?? signature.Metadata.GetValueOrDefault("task");
        if (told is not null && s_others.Contains(told, StringComparer.OrdinalIgnoreCase))
        {
            throw new LearnDataException("ModelType", $"{shown} is a {told}; what can be run finds objects or classes.", shown);
        }

        return told switch
        {
            ModelDefinitionFile.DetectorModelType or OnnxMetadata.DetectorType or "detect" or "segment" => OnnxTask.Objects,
            ModelDefinitionFile.PixelModelType or OnnxMetadata.SegmentorType => OnnxTask.Pixels,
            ModelDefinitionFile.ClassifierModelType or "classify" => OnnxTask.Images,
            _ => (signature.Outputs.Count, signature.Outputs[0].Value.Shape?.Count) switch
            {
                (1, 4) => OnnxTask.Pixels,
                (1, 2) => OnnxTask.Images,
                (_, 2 or 3) => OnnxTask.Objects,
                _ => throw new LearnFormatException(
                    $"does not say what it finds, nor do its outputs tell ({SafeText.List([.. signature.Outputs.Select(output => output.Value)])}). Give it a definition (.emd) with ModelType.", shown),
            },
        };
    }

    private static (ClassDefinition[] Classes, bool HasBackground) Classes(OnnxSignature signature, ModelDefinitionFile? definition, OnnxTask task, string shown)
    {
        if (definition is { Classes.Count: > 0 })
        {
            ClassDefinition[] known = [.. definition.Classes.Where(one => one.Value != 0 || task != OnnxTask.Pixels)];
            return (known, known.Length < definition.Classes.Count || definition.Settings?.PixelLoss is not null);
        }

        IReadOnlyList<string> names = OnnxNames.Parse(signature.Metadata.GetValueOrDefault(OnnxMetadata.ClassNamesKey) ?? signature.Metadata.GetValueOrDefault("names") ?? "");
        if (names.Count == 0)
        {
            throw new LearnFormatException(
                $"names no classes. Give it a definition (.emd) with Classes beside it, or the metadata {OnnxMetadata.ClassNamesKey}, such as {{\"0\": \"car\"}}.", shown);
        }

        if (names.FirstOrDefault(SafeText.IsObeyed) is string hidden)
        {
            throw new LearnFormatException($"has a class '{SafeText.Show(hidden)}', with control characters in its name.", shown);
        }

        bool hasBackground = task != OnnxTask.Images && names.Count > 1 && names[0].Trim('_', ' ') is string first
            && (first.Equals("background", StringComparison.OrdinalIgnoreCase) || first.Equals("nodata", StringComparison.OrdinalIgnoreCase));
        return ([.. names.Skip(hasBackground ? 1 : 0).Select((one, i) => new ClassDefinition(i + 1, one, [-1, -1, -1]))], hasBackground);
    }

    private static Normalization Normalize(OnnxSignature signature, ModelDefinitionFile? definition, int bands, string shown)
    {
        Normalization found;
        if (definition?.Settings is { } settings)
        {
            found = settings.Normalization;
        }
        else if (definition is not null && Range(definition) is (double low, double high))
        {
            found = new Normalization((float)((high - low) / OnnxMetadata.Divisor), Repeat((float)-low), Repeat(1), SampleType.UInt8);
        }
        else
        {
            found = new Normalization(
                (float)(1 / OnnxMetadata.Divisor), Numbers(signature, OnnxMetadata.MeanKey, shown) ?? Repeat(0), Numbers(signature, OnnxMetadata.DeviationKey, shown) ?? Repeat(1), SampleType.UInt8);
        }

        return found.Mean.Count == bands && found.Deviation.Count == bands && found.Deviation.All(one => one > 0)
            ? found
            : throw new LearnFormatException($"takes {bands} band(s), and has means for {found.Mean.Count} and deviations for {found.Deviation.Count}, which are positive numbers.", shown);

        float[] Repeat(float value) => [.. Enumerable.Repeat(value, bands)];
    }

    /// <summary>To what ArcGIS brings samples before a model sees them.</summary>
    private static (double Low, double High)? Range(ModelDefinitionFile definition) =>
        definition.Other.FirstOrDefault(pair => pair.Key == "DataRange").Value is { ValueKind: JsonValueKind.Array } range
        && range.GetArrayLength() == 2 && JsonKeys.AsNumber(range[0]) is double low && JsonKeys.AsNumber(range[1]) is double high && high > low
            ? (low, high)
            : null;

    private static string? DetectorType(OnnxSignature signature, ModelDefinitionFile? definition) =>
        definition?.Other.FirstOrDefault(pair => pair.Key == OnnxMetadata.DetectorTypeKey).Value is { ValueKind: JsonValueKind.String } told
            ? told.GetString()
            : Text(signature, OnnxMetadata.DetectorTypeKey);

    /// <summary>Which of the scores is the background's, and which each class's.</summary>
    private static int[] Channels(OnnxSignature signature, OnnxInput input, ClassDefinition[] classes, bool hasBackground, string shown)
    {
        OnnxValue output = signature.Outputs[0].Value;
        if (signature.Outputs.Count != 1)
        {
            throw new LearnFormatException($"has {signature.Outputs.Count} outputs; a pixel classifier has one.", shown);
        }

        long? channels = output.Shape switch
        {
            [_, _, _] => 1,
            [_, OnnxDimension first, _, OnnxDimension last] => input.IsChannelsLast ? last.Size : first.Size,
            _ => throw new LearnFormatException($"gives {output}; a pixel classifier gives [N, classes, height, width].", shown),
        };
        OnnxDimension[] sides = [.. output.Shape.Count == 3 ? output.Shape.Skip(1) : input.IsChannelsLast ? output.Shape.Skip(1).Take(2) : output.Shape.Skip(2)];
        if (sides.Any(side => side.Size is long size && size != input.Side))
        {
            throw new LearnFormatException($"gives {output} for chips of {input.Side} pixels; a class for each pixel is needed.", shown);
        }

        int count = (int)Math.Clamp(channels ?? classes.Length + (hasBackground ? 1 : 0), 0, int.MaxValue);
        return count == 1 && classes.Length == 1 ? [-1, 0]
            : count == classes.Length + 1 ? [.. Enumerable.Range(0, count)]
            : count == classes.Length ? [-1, .. Enumerable.Range(0, count)]
            : throw new LearnFormatException($"gives {output}, scores of {count} classes, and names {classes.Length} beside background.", shown);
    }

    private static OnnxDefinition WithChannels(OnnxDefinition model, int[] channels, ModelDefinitionFile? definition, string shown)
    {
        PixelLossOptions loss = definition is null ? new PixelLossOptions() : UnetDefinitionFile.Loss(definition, model.Classes.Count, shown);
        bool hasBackground = channels[0] >= 0 || model.Classes.Count == 1;
        int[] unlearnt = [.. Enumerable.Range(0, model.Classes.Count + 1).Where(label => loss.IsIgnored(label) || (label == 0 && !hasBackground))];
        return unlearnt.Length <= model.Classes.Count
            ? model with { Channels = channels, Unlearnt = unlearnt }
            : throw new LearnFormatException("has no score for background, and ignore_mapped_class names all classes, so that none is left to tell.", shown);
    }

    private static OnnxDefinition WithScores(OnnxDefinition model, ModelDefinitionFile? definition, string shown)
    {
        OnnxOutput output = model.Signature.Outputs[0];
        long? count = output.Value.Shape is { Count: >= 2 } shape && shape.Skip(2).All(side => side.Size is null or 1) ? shape[1].Size ?? model.Classes.Count : null;
        if (model.Signature.Outputs.Count != 1 || count != model.Classes.Count)
        {
            throw new LearnFormatException($"gives {SafeText.List([.. model.Signature.Outputs.Select(one => one.Value)])}; an image classifier of {model.Classes.Count} classes gives [N, {model.Classes.Count}].", shown);
        }

        return model with { IsMultiLabel = definition?.Settings?.ImageLoss?.IsMultiLabel ?? (output.Activation == "Sigmoid") };
    }

    /// <summary>A fact that is JSON text.</summary>
    private static string? Text(OnnxSignature signature, string key) => signature.Metadata.GetValueOrDefault(key)?.Trim().Trim('"') is { Length: > 0 } text ? text : null;

    private static float[]? Numbers(OnnxSignature signature, string key, string shown)
    {
        if (!signature.Metadata.TryGetValue(key, out string? text))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<float[]>(text) is { } numbers && numbers.All(float.IsFinite) ? numbers : throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new LearnFormatException($"has the metadata {key} '{SafeText.Show(text)}', which are no list of numbers.", shown, inner: e);
        }
    }

    /// <summary>The size that Deepness or Ultralytics write: a number, or height and width.</summary>
    private static long? Size(OnnxSignature signature)
    {
        string? text = signature.Metadata.GetValueOrDefault(OnnxMetadata.TileSizeKey) ?? signature.Metadata.GetValueOrDefault("imgsz");
        string? first = text?.Trim('[', ']', ' ').Split(',')[0];
        return long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : null;
    }
}
