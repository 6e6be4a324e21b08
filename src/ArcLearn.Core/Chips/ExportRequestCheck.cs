using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Chips;

/// <summary>Arguments of an export that do not go together, told before anything is opened.</summary>
internal static class ExportRequestCheck
{
    /// <exception cref="LearnArgumentException">The first of them.</exception>
    public static void Run(ExportRequest request, IFileSystem files)
    {
        string format = request.Options.MetadataFormat;
        bool isPaired = format == MetadataFormats.CycleGan;
        Require(
            request.Labels.Count > 0 || isPaired || format == MetadataFormats.ExportTiles,
            "InputClassData",
            $"{format} needs labels; only {MetadataFormats.ExportTiles} and {MetadataFormats.CycleGan} are images alone.");
        Require(!isPaired || request.AdditionalRaster is not null, "AdditionalInputRaster", $"{MetadataFormats.CycleGan} needs the raster of its other side in -AdditionalInputRaster.");
        Require(!isPaired || request.Labels.Count == 0, "InputClassData", $"{MetadataFormats.CycleGan} has no labels.");
        Require(request.InstanceClassValueField is null || request.Instances is not null, "InstanceClassValueField", "-InstanceClassValueField is a field of -InputInstanceData, which is missing.");
        if (!request.Labels.Any(label => LabelFiles.IsRaster(label.Path, files)))
        {
            return;
        }

        string path = request.Labels[0].Path;
        Require(request.Labels.Count == 1, "InputClassData", "A classified raster cannot be mixed with other labels; give it alone, or as one virtual raster (gdalbuildvrt).");
        Require(
            request.ClassValueField is null || request.ClassValueField.Equals("value", StringComparison.OrdinalIgnoreCase),
            "ClassValueField",
            $"{path} is a raster: its pixels are the class values, and it has no fields.");
        Require(request.BufferRadius is null || request.Instances is not null, "BufferRadius", $"{path} is a raster: -BufferRadius widens points and lines.");
        Require(request.Labels[0].Layer is null, "LayerName", $"{path} is a raster and has no layers.");
    }

    private static void Require(bool isSound, string parameter, string message)
    {
        if (!isSound)
        {
            throw new LearnArgumentException(parameter, message, LearnArgumentException.ParameterMix);
        }
    }
}
