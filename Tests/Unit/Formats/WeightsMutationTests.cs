namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Thousands of files of weights that are wrong somewhere, the same ones each time: each is read or refused with one kind of error, in bounded memory.</summary>
public sealed class WeightsMutationTests
{
    private const int Mutants = 3000;

    /// <summary>A view may repeat one number 2^24 times, of 8 bytes at most; a mutant that is read has a few of these at the worst.</summary>
    private const long MostBytes = 1L << 30;

    private static readonly int[] s_edges = [0, 1, -1, int.MaxValue, int.MinValue, 0x7fffff00, 0xffff, 0x10000];

    [Theory]
    [InlineData("zoo.pth", 1)]
    [InlineData("zoo_legacy.pth", 2)]
    [InlineData("zoo_protocol4.pth", 3)]
    [InlineData("zoo.safetensors", 4)]
    [InlineData("checkpoint.pth", 5)]
    public void A_mutant_is_read_or_refused(string name, int seed)
    {
        byte[] whole = File.ReadAllBytes(WeightsFileTests.Fixture(name));
        Random random = new(seed);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = Mutate(whole, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Pickles.Read(mutant);
            }
            catch (LearnFormatException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        // Some of the changes are of numbers without a checksum, or of bytes that nothing reads.
        Assert.InRange(refused, Mutants / 4, Mutants - 1);
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        byte[] mutant = [.. whole];
        switch (random.Next(6))
        {
            case 0:
                return mutant[..random.Next(mutant.Length)];
            case 1:
                int from = random.Next(mutant.Length);
                return [.. mutant[..from], .. mutant[(from + random.Next(mutant.Length - from))..]];
            case 2:
                int at = random.Next(mutant.Length);
                return [.. mutant[..at], .. mutant[random.Next(at + 1)..at], .. mutant[at..]];
            case 3:
                for (int k = random.Next(1, 9); k > 0; k--)
                {
                    mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
                }

                return mutant;
            case 4:
                for (int k = random.Next(1, 4); k > 0; k--)
                {
                    mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
                }

                return mutant;
            default:
                // A number of four bytes that is on the edge of what sizes can be.
                int place = random.Next(mutant.Length - 4);
                BitConverter.GetBytes(s_edges[random.Next(s_edges.Length)]).CopyTo(mutant, place);
                return mutant;
        }
    }
}
