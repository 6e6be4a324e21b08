using System.IO.Compression;
using ArcLearn.Core.Rasters.Deflate;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class FastDeflateTests
{
    public static TheoryData<string, byte[]> Data()
    {
        Random random = new(11);
        byte[] noise = new byte[200_001];
        random.NextBytes(noise);
        TheoryData<string, byte[]> data = new()
        {
            { "nothing", [] },
            { "one byte", [7] },
            { "zeros", new byte[300_000] },
            { "a whole block", new byte[1 << 16] },
            { "noise", noise },
            { "differences", [.. noise.Select(b => (byte)(int)(System.Numerics.BitOperations.PopCount(b) - 4))] },
            { "two values", [.. noise.Select(b => (byte)(b & 1))] },
        };

        // Counts as Fibonacci's numbers make codes as deep as there are symbols: they must be cut to 15 bits.
        List<byte> deep = [];
        (int a, int b) = (1, 1);
        for (int symbol = 0; symbol < 22; symbol++, (a, b) = (b, a + b))
        {
            deep.AddRange(Enumerable.Repeat((byte)(symbol * 3), a));
        }

        byte[] shuffled = [.. deep];
        random.Shuffle(shuffled);
        data.Add("deep codes", shuffled);
        List<byte> runs = [1];
        for (int length = 1; length < 600; length++)
        {
            runs.AddRange(Enumerable.Repeat((byte)length, length));
            runs.AddRange(noise.AsSpan(length, length % 5));
        }

        data.Add("runs of every length", [.. runs]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void What_is_encoded_is_read_back_by_zlib(string name, byte[] data)
    {
        byte[] encoded = FastDeflate.Encode(data).ToArray();
        using ZLibStream stream = new(new MemoryStream(encoded), CompressionMode.Decompress);
        using MemoryStream decoded = new();
        stream.CopyTo(decoded);

        Assert.True(data.AsSpan().SequenceEqual(decoded.ToArray()), name);
        Assert.InRange(encoded.Length, 8, data.Length + 48);
    }

    [Theory]
    [InlineData("zeros", 1_500)]
    [InlineData("two values", 38_000)]      // one bit for one of them, two for the other and the end
    [InlineData("noise", 200_048)]
    public void What_can_be_short_is_short(string name, int most)
    {
        byte[] data = (byte[])Data().First(row => (string)row[0] == name)[1];

        Assert.InRange(FastDeflate.Encode(data).Length, 1, most);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(4096)]
    [InlineData(100_003)]
    public void The_check_sum_is_that_of_another_program(int length)
    {
        byte[] data = new byte[length];
        Array.Fill(data, (byte)255);
        new Random(length).NextBytes(data.AsSpan(length / 2));
        ICSharpCode.SharpZipLib.Checksum.Adler32 expected = new();
        expected.Update(data);

        Assert.Equal((uint)expected.Value, Adler32.Of(data));
    }
}
