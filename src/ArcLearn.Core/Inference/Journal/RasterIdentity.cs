using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Tells a raster from a changed one without reading it all: names, lengths and times of its files, and the bytes of every 64th stretch of them,
/// the first and the last among them.
/// </summary>
internal static class RasterIdentity
{
    private const int Stretch = 64 << 10;       // bytes
    private const int Every = 64;

    // A mosaic of thousands of files would be read for minutes; their lengths and times tell nearly as much.
    private const int FilesRead = 64;

    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(IRaster raster, IFileSystem files)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, FormattableString.Invariant($"{raster.Width} {raster.Height} {raster.Bands} {raster.SampleType} {raster.Transform} {raster.SpatialReference}"));
        byte[] buffer = new byte[Stretch];
        int read = 0;
        foreach (string path in raster.Files.Where(files.FileExists))
        {
            using Stream stream = files.OpenRead(path);
            Append(hash, FormattableString.Invariant($"{Path.GetFileName(path)} {stream.Length} {files.Stamp(path).Written:O}"));
            if (read++ < FilesRead)
            {
                Append(hash, stream, buffer);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));

    private static void Append(IncrementalHash hash, Stream stream, byte[] buffer)
    {
        long last = Math.Max(0, stream.Length - Stretch);
        for (long at = 0; at < last; at += (long)Stretch * Every)
        {
            Append(hash, stream, at, buffer);
        }

        Append(hash, stream, last, buffer);
    }

    private static void Append(IncrementalHash hash, Stream stream, long at, byte[] buffer)
    {
        stream.Position = at;
        hash.AppendData(buffer, 0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
    }
}
