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

    // Files beside a raster that hold its mask and its overviews, where it does not itself.
    private const string MaskExtension = ".msk";
    private const string OverviewExtension = ".ovr";

    // A mosaic of thousands of files would be read for minutes; their lengths and times tell nearly as much.
    private const int FilesRead = 64;

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <param name="readsOverviews">Whether the run reads them: then those in files of their own decide its samples, too.</param>
    public static string Of(IRaster raster, IFileSystem files, bool readsOverviews)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, FormattableString.Invariant($"{raster.Width} {raster.Height} {raster.Bands} {raster.SampleType} {raster.Transform} {raster.SpatialReference} {raster.HasMask} {string.Join(' ', raster.BandInfo.Select(band => band.NoData))}"));
        byte[] buffer = new byte[Stretch];
        int read = 0;
        string[] beside = readsOverviews ? [MaskExtension, OverviewExtension] : [MaskExtension];
        foreach (string path in raster.Files.SelectMany(path => beside.Select(extension => path + extension).Prepend(path)).Where(files.FileExists))
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
