namespace ArcLearn.Core.Data;

/// <summary>
/// Random numbers that depend on (seed, epoch, item) alone, so that no thread disturbs another's: SplitMix64
/// (Steele, Lea and Flood 2014), seeded by its own mixing of the three.
/// </summary>
internal struct ItemRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private const ulong SecondStep = unchecked(2 * Step);
    private const ulong ThirdStep = unchecked(3 * Step);
    private ulong _state;

    public ItemRandom(int seed, int epoch, int item)
    {
        _state = Mix((uint)seed + Step);
        _state = Mix(_state ^ ((uint)epoch + SecondStep));
        _state = Mix(_state ^ ((uint)item + ThirdStep));
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="count"/>).</summary>
    public int Next(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    public double Next(double min, double max) => min + (Next() * (max - min));

    /// <summary>Fisher and Yates.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private ulong NextBits() => Mix(_state += Step);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
