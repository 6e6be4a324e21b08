using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Draws an image with the objects that were found in it.</summary>
internal static class PredictionPicture
{
    private const int MaxSide = 2048;
    private const int UsualSide = 800;                      // smaller images are enlarged by whole factors, so that tags can be read

    /// <exception cref="OutputExistsException">The picture exists.</exception>
    public static PictureItem Draw(
        Prediction prediction, IReadOnlyList<ClassDefinition> classes, string pngPath, bool force, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, force);
        using IRaster raster = RasterFile.Open(prediction.Path, files);
        RasterThumbnail thumbnail = RasterThumbnail.Read(raster, MaxSide, cancel);
        using SKBitmap image = RasterPicture.Draw(thumbnail);
        int factor = Math.Max(1, (int)Math.Round((double)UsualSide / Math.Max(image.Width, image.Height)));
        using SKBitmap map = new(image.Width * factor, image.Height * factor, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(map);
        SKRect area = new(0, 0, map.Width, map.Height);
        using (SKImage shown = SKImage.FromBitmap(image))
        {
            canvas.DrawImage(shown, area, new SKSamplingOptions(SKFilterMode.Nearest));
        }

        Dictionary<string, int> indices = classes.Select((one, i) => (one.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.Ordinal);
        LabelledObjects labels = new(classes);
        float scale = (float)factor / thumbnail.Step;
        ObjectPainter.Draw(canvas, area, [.. prediction.Objects.Select(one => new PaintedObject(
            new SKRect((float)one.XMin * scale, (float)one.YMin * scale, (float)(one.XMin + one.Width) * scale, (float)(one.YMin + one.Height) * scale),
            labels.ColorOf(indices[one.Class]),
            labels.Scored(indices[one.Class], one.Score)))]);
        string shows = FormattableString.Invariant($"{prediction.Objects.Count} objects in {Path.GetFileName(prediction.Path)}");
        using SKBitmap sheet = Legend.Append(map, [shows], labels.Legend(prediction.Objects.Select(one => indices[one.Class]), found: null));
        return PictureFile.Save(sheet, pngPath, shows, files, force);
    }
}
