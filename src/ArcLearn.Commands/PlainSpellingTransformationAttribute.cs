using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Takes arcgis' spelling of a choice, such as MAP_SPACE or BOUNDING_BOX, for the same word without underscores.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlainSpellingTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        PSObject.AsPSObject(inputData ?? "").BaseObject is string text ? text.Replace("_", "", StringComparison.Ordinal) : inputData;
}
