using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Says why MRF, the fourth format of ArcGIS, is not written; leaves everything else to the binder.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChipFormatTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        PSObject.AsPSObject(inputData ?? "").BaseObject is string text && text.Equals("MRF", StringComparison.OrdinalIgnoreCase)
            ? throw new ArgumentTransformationMetadataException(
                "MRF chips are not written: an MRF is three files with tiles and an index, made for large rasters, and no training library reads it. Use TIFF, which loses nothing either.")
            : inputData;
}
