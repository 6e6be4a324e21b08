using System.Numerics;
using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>Samples of a chip, or of a part of it, band by band as the file has them.</summary>
/// <param name="Column">Of the part within the chip.</param>
/// <param name="Row">Of the part within the chip.</param>
/// <param name="Bytes">8-bit samples, <c>[Bands, Height, Width]</c>; empty for 16-bit ones.</param>
/// <param name="Words">16-bit samples; empty for 8-bit ones.</param>
/// <param name="Fill">What stands for samples beyond the chip: its nodata value, or 0.</param>
internal sealed record DecodedChip(
    int Column, int Row, int Width, int Height, int WholeWidth, int WholeHeight, int Bands, byte[] Bytes, ushort[] Words, int Fill)
{
    /// <summary>The sample of <see cref="Words"/> that stands for none, which becomes the mean of its band; null where there is none. (In 8 bits dark or bright pixels have it too.)</summary>
    public int? Missing { get; init; }

    /// <summary>Samples of every other type, with NaN for those that are missing; empty for the two above.</summary>
    public float[] Floats { get; init; } = [];

    public static DecodedChip Whole(int width, int height, int bands, byte[] bytes, ushort[] words, int fill = 0) =>
        new(0, 0, width, height, width, height, bands, bytes, words, fill);

    /// <summary>A chip that is in memory.</summary>
    /// <param name="noData">Of its samples; null where there is none.</param>
    public static DecodedChip Of(RasterImage image, double? noData)
    {
        int samples = image.Width * image.Height * image.Bands;
        return image.SampleType switch
        {
            SampleType.UInt8 => Whole(image.Width, image.Height, image.Bands, image.Samples, [], FillOf(noData, byte.MaxValue)),
            SampleType.UInt16 => Whole(image.Width, image.Height, image.Bands, [], MemoryMarshal.Cast<byte, ushort>(image.Samples)[..samples].ToArray(), FillOf(noData, ushort.MaxValue)) with { Missing = MissingOf(noData) },
            SampleType.Int8 => Floating<sbyte>(),
            SampleType.Int16 => Floating<short>(),
            SampleType.UInt32 => Floating<uint>(),
            SampleType.Int32 => Floating<int>(),
            SampleType.UInt64 => Floating<ulong>(),
            SampleType.Int64 => Floating<long>(),
            SampleType.Float32 => Floating<float>(),
            _ => Floating<double>(),
        };

        DecodedChip Floating<T>()
            where T : unmanaged, INumber<T>
        {
            float[] floats = new float[samples];
            ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(image.Samples);
            for (int i = 0; i < samples; i++)
            {
                floats[i] = float.CreateTruncating(values[i]);
            }

            if (noData is double missing)
            {
                floats.AsSpan().Replace((float)missing, float.NaN);
            }

            return Whole(image.Width, image.Height, image.Bands, [], []) with { Floats = floats };
        }
    }

    /// <summary>See <see cref="Missing"/>.</summary>
    public static int? MissingOf(double? noData) => noData is double value && value >= 0 && value <= ushort.MaxValue && value == Math.Floor(value) ? (int)value : null;

    /// <summary>What an export writes beyond a raster's edge: nodata, or 0 where there is none that a sample could hold.</summary>
    public static int FillOf(double? noData, int highest) => noData is double value && value >= 0 && value <= highest && value == Math.Floor(value) ? (int)value : 0;

    /// <summary>One band of <see cref="Bytes"/> or <see cref="Words"/>.</summary>
    public ReadOnlySpan<T> Plane<T>(T[] samples, int band) => samples.AsSpan(band * Width * Height, Width * Height);
}
