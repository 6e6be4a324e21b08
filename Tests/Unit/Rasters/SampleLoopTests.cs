using System.Numerics;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>The loops that take many samples at a time against the same sums one by one.</summary>
public sealed class SampleLoopTests
{
    [Fact]
    public void Running_sums_are_those_of_the_definition_for_every_type_and_number_of_bands()
    {
        for (int bands = 1; bands <= 20; bands++)
        {
            foreach (int pixels in (int[])[1, 2, 5, 16, 33, 100])
            {
                CheckSums<byte>(bands, pixels);
                CheckSums<ushort>(bands, pixels);
                CheckSums<uint>(bands, pixels);
                CheckSums<ulong>(bands, pixels);
            }
        }
    }

    [Fact]
    public void Every_YCbCr_colour_becomes_the_RGB_of_the_definition()
    {
        byte[] source = new byte[256 * 256 * 4];
        byte[] planes = new byte[3 * 256 * 256];
        for (int y = 0; y < 256; y += 15)
        {
            for (int i = 0; i < 256 * 256; i++)
            {
                (source[4 * i], source[(4 * i) + 1], source[(4 * i) + 2]) = ((byte)y, (byte)(i >> 8), (byte)i);
            }

            SampleSpread.SplitYcc(source, planes, 256 * 256, 256 * 256);
            for (int i = 0; i < 256 * 256; i++)
            {
                double cb = (i >> 8) - 128;
                double cr = (i & 255) - 128;
                Check(planes[i], y + (1.402 * cr));
                Check(planes[(256 * 256) + i], y - (0.344136286 * cb) - (0.714136286 * cr));
                Check(planes[(2 * 256 * 256) + i], y + (1.772 * cb));
            }
        }

        // Constants of 16 fractional bits may round a value that lies at a half the other way.
        static void Check(byte actual, double expected) => Assert.True(Math.Abs(Math.Clamp(expected, 0, 255) - actual) < 0.51, $"{actual} for {expected}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(37)]
    [InlineData(256)]
    public void A_row_of_any_length_is_converted_and_no_sample_beside_it(int pixels)
    {
        byte[] source = new byte[4 * pixels];
        new Random(pixels).NextBytes(source);
        byte[] planes = new byte[3 * (pixels + 5)];
        SampleSpread.SplitYcc(source, planes, pixels, pixels + 5);
        byte[] one = new byte[3];
        for (int i = 0; i < pixels; i++)
        {
            SampleSpread.SplitYcc(source.AsSpan(4 * i, 4), one, 1, 1);
            Assert.Equal(one, new[] { planes[i], planes[pixels + 5 + i], planes[(2 * (pixels + 5)) + i] });
        }

        Assert.All(Enumerable.Range(0, 3), band => Assert.Equal(new byte[5], planes[((band * (pixels + 5)) + pixels)..((band + 1) * (pixels + 5))]));
    }

    private static void CheckSums<T>(int bands, int pixels)
        where T : unmanaged, IBinaryInteger<T>
    {
        Random random = new((bands * 1000) + pixels);
        T[] row = new T[bands * pixels];
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = T.CreateTruncating(random.NextInt64());
        }

        T[] expected = [.. row];
        for (int i = bands; i < expected.Length; i++)
        {
            expected[i] = unchecked(expected[i] + expected[i - bands]);
        }

        RunningSum.Apply(row.AsSpan(), bands);
        Assert.Equal(expected, row);
    }
}
