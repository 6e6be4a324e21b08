using ArcLearn.Core.IO;

namespace ArcLearn.Core.Models;

/// <summary>Writes models in the formats of other programs.</summary>
internal static class ModelExport
{
    /// <summary>How files of a format end.</summary>
    public static string ExtensionOf(ExportFormat format) => format switch
    {
        ExportFormat.Onnx => OnnxExport.Extension,
        ExportFormat.Safetensors => ".safetensors",
        _ => throw new NotSupportedException($"Models are not exported as {format}."),
    };

    /// <summary>The format that a path's ending names; ONNX where it names none.</summary>
    public static ExportFormat FormatOf(string? path) =>
        Enum.GetValues<ExportFormat>().FirstOrDefault(format => path?.EndsWith(ExtensionOf(format), StringComparison.OrdinalIgnoreCase) == true, ExportFormat.Onnx);

    /// <summary>What <see cref="Write"/> refuses of a place, for before the work.</summary>
    /// <param name="makesFolder">Whether the file's folder is made where it is not there.</param>
    /// <exception cref="LearnArgumentException">The path is a folder's, or ends otherwise.</exception>
    /// <exception cref="DirectoryNotFoundException">Its folder is not there.</exception>
    /// <exception cref="OutputExistsException">The file exists and <paramref name="force"/> is false.</exception>
    public static void Check(string path, ExportFormat format, bool force, bool makesFolder, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        if (files.DirectoryExists(path))
        {
            throw new LearnArgumentException("Path", $"{path} is a folder; give it a separator at its end for files named by their models in it, or give the file another name.");
        }

        string extension = ExtensionOf(format);
        if (!path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        {
            throw new LearnArgumentException("Path", $"'{path}' does not end in {extension}, as files of the format {format} do.");
        }

        if (makesFolder)
        {
            files.RequireNoFileAbove(path);
        }
        else
        {
            files.RequireFolderOf(path);
        }

        if (files.FileExists(path) && !force)
        {
            throw new OutputExistsException(path);
        }
    }

    /// <summary>Writes a model as it is now; the file appears under its name when it is complete.</summary>
    /// <exception cref="LearnDataException">The model is being trained (ModelBusy) or too large for the format (ModelTooLarge).</exception>
    public static ExportedModel Write(ModelEngine model, string path, ExportFormat format, bool makesFolder, CancellationToken cancel, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        if (makesFolder)
        {
            files.CreateDirectory(Path.GetDirectoryName(path)!);
        }

        switch (format)
        {
            case ExportFormat.Onnx:
                OnnxExport.Write(model, path, files, cancel);
                break;
            case ExportFormat.Safetensors:
                model.SaveSafetensors(path, files, cancel);
                break;
            default:
                throw new NotSupportedException($"Models are not exported as {format}.");
        }

        return new ExportedModel { Name = model.Name, Format = format, Path = path, Length = files.Stamp(path).Length };
    }
}
