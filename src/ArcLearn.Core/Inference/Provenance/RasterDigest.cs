using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>A fingerprint of a raster's samples whatever its blocks and compression: the SHA-256 of all rows from the top, in each row band after band, little-endian.</summary>
internal sealed class RasterDigest : IDisposable
{
    private const int RowsAtOnce = 64;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds the next row, band after band.</summary>
    public void Add(ReadOnlySpan<byte> row) => _hash.AppendData(row);

    /// <summary>64 hexadecimal digits; ends it.</summary>
    public override string ToString() => Convert.ToHexString(_hash.GetHashAndReset());

    /// <summary>Of an unsigned raster of up to 32 bits, read in stretches of rows.</summary>
    /// <returns>Null for one of another type.</returns>
    public static string? Of(IRaster raster, CancellationToken cancel) => raster.SampleType switch
    {
        SampleType.UInt8 => Of<byte>(raster, cancel),
        SampleType.UInt16 => Of<ushort>(raster, cancel),
        SampleType.UInt32 => Of<uint>(raster, cancel),
        _ => null,
    };

    public void Dispose() => _hash.Dispose();

    private static string Of<T>(IRaster raster, CancellationToken cancel)
        where T : unmanaged
    {
        using RasterDigest digest = new();
        int[] bands = [.. Enumerable.Range(0, raster.Bands)];
        T[] samples = new T[checked(raster.Width * bands.Length * Math.Min(RowsAtOnce, raster.Height))];
        for (int first = 0; first < raster.Height; first += RowsAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            int rows = Math.Min(RowsAtOnce, raster.Height - first);
            Span<T> part = samples.AsSpan(0, raster.Width * bands.Length * rows);
            raster.Read(new PixelWindow(0, first, raster.Width, rows), bands, part, default);
            for (int row = 0; row < rows; row++)
            {
                for (int band = 0; band < bands.Length; band++)
                {
                    digest.Add(MemoryMarshal.AsBytes(part.Slice(((band * rows) + row) * raster.Width, raster.Width)));
                }
            }
        }

        return digest.ToString();
    }
}
