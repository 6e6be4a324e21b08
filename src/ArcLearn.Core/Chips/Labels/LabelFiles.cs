using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>Tells layers from classified rasters, whatever their names.</summary>
internal static class LabelFiles
{
    public static bool IsRaster(string path, IFileSystem files)
    {
        if (!files.FileExists(path))
        {
            return false;
        }

        using Stream stream = files.OpenRead(path);
        byte[] head = new byte[(int)Math.Min(256, stream.Length)];
        stream.ReadExactly(head);
        return head.Length > 0 && (TiffDirectory.IsTiff(head) || PictureRaster.IsPicture(head) || VrtFile.IsVrt(head));
    }
}
