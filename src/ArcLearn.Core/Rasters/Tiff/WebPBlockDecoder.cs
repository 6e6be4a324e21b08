using SkiaSharp;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Decodes the WebP picture of one TIFF block: three bands, or four with opacity.</summary>
internal static class WebPBlockDecoder
{
    /// <summary>Fills <paramref name="pixels"/> with four bytes a pixel; answers what is wrong, or null.</summary>
    public static unsafe string? Decode(ReadOnlySpan<byte> data, Span<byte> pixels, int width, int rows)
    {
        fixed (byte* start = data, target = pixels)
        {
            using SKData source = SKData.Create((IntPtr)start, data.Length);
            using SKCodec? codec = SKCodec.Create(source);
            if (codec is null || codec.EncodedFormat != SKEncodedImageFormat.Webp)
            {
                return "is not a WebP picture";
            }

            if (codec.Info.Width != width || codec.Info.Height != rows)
            {
                return $"holds {codec.Info.Width} by {codec.Info.Height} pixels where {width} by {rows} belong";
            }

            SKImageInfo wanted = new(
                width, rows, SKColorType.Rgba8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            return codec.GetPixels(wanted, (IntPtr)target, width * 4, SKCodecOptions.Default) == SKCodecResult.Success
                ? null
                : "ends before its last pixel or holds broken codes";
        }
    }
}
