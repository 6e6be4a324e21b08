using System.Buffers;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data.Labels;

/// <summary>Reads the picture beside a chip whose pixels are class values or object numbers.</summary>
internal static class MaskFile
{
    /// <summary>Stands for what is no value of a class or object: below 0, with a fraction, beyond 31 bits.</summary>
    public const int NoValue = -1;

    /// <summary>Values row by row; nodata is 0, like the background.</summary>
    /// <exception cref="LearnFormatException">The picture is damaged, has several bands, or is of another size than its chip.</exception>
    public static int[] Read(string path, int width, int height, IFileSystem files)
    {
        using IRaster raster = RasterFile.Open(path, files);
        if (raster.Width != width || raster.Height != height)
        {
            throw new LearnFormatException($"has {raster.Width}×{raster.Height} pixels, but its chip has {width}×{height}.", path);
        }

        if (raster.Bands != 1)
        {
            throw new LearnFormatException($"has {raster.Bands} bands; a mask has one, of class values or object numbers.", path);
        }

        int[] values = GC.AllocateUninitializedArray<int>(checked(width * height));
        PixelWindow whole = new(0, 0, width, height);
        if (raster.SampleType == SampleType.UInt8)
        {
            byte[] bytes = ArrayPool<byte>.Shared.Rent(values.Length);
            raster.Read<byte>(whole, [0], bytes.AsSpan(0, values.Length), 0);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = bytes[i];
            }

            ArrayPool<byte>.Shared.Return(bytes);
        }
        else
        {
            double[] numbers = ArrayPool<double>.Shared.Rent(values.Length);
            raster.Read<double>(whole, [0], numbers.AsSpan(0, values.Length), 0);
            for (int i = 0; i < values.Length; i++)
            {
                double number = numbers[i];
                values[i] = number >= 0 && number <= int.MaxValue && Math.Floor(number) == number ? (int)number : double.IsNaN(number) ? 0 : NoValue;
            }

            ArrayPool<double>.Shared.Return(numbers);
        }

        if (raster.NoData is double noData && noData >= 0 && noData <= int.MaxValue && noData != 0)
        {
            values.AsSpan().Replace((int)noData, 0);
        }
        else if (raster.NoData < 0)
        {
            values.AsSpan().Replace(NoValue, 0);            // nothing else below 0 is told from it, and none is a class
        }

        return values;
    }
}
