using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>The fields that a layer of detections carries.</summary>
internal static class DetectionFields
{
    /// <summary>The class name.</summary>
    public const string Class = "Class";

    /// <summary>The class value, as the model's definition has it.</summary>
    public const string ClassValue = "Classvalue";

    /// <summary>The score in percent, 0 to 100.</summary>
    public const string Confidence = "Confidence";

    /// <summary>In the order of the layer.</summary>
    public static readonly IReadOnlyList<FieldDefinition> All =
    [
        new(Class, FieldType.Text),
        new(ClassValue, FieldType.Integer),
        new(Confidence, FieldType.Real),
    ];

    /// <summary>Checks the fields that a user names for suppression to rank and to group by; null for the defaults.</summary>
    /// <exception cref="LearnArgumentException">
    /// ConfidenceScoreField or ClassValueField: the output has no such field, or it cannot serve. The id is InvalidParameterMix.
    /// </exception>
    public static void CheckNames(string? confidenceScoreField, string? classValueField)
    {
        Check("ConfidenceScoreField", confidenceScoreField, "rank", [Confidence]);

        // Names and values of classes stand for each other, so both group alike.
        Check("ClassValueField", classValueField, "group", [ClassValue, Class]);
    }

    private static void Check(string parameter, string? name, string purpose, string[] usable)
    {
        if (name is null || usable.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        bool exists = All.Any(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
        throw new LearnArgumentException(
            parameter,
            exists
                ? $"-{parameter} is '{name}', which detections cannot be {purpose}ed by; use {string.Join(" or ", usable)}."
                : $"-{parameter} is '{name}', but the output's fields are {string.Join(", ", All.Select(field => field.Name))}; "
                    + $"use {string.Join(" or ", usable)}.",
            LearnArgumentException.ParameterMix);
    }
}
