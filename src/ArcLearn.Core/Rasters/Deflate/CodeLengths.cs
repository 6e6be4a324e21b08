namespace ArcLearn.Core.Rasters.Deflate;

/// <summary>The head of a block with a code of its own: the lengths of that code, themselves in a code (RFC 1951, section 3.2.7). The code of distances has the distance 1 alone.</summary>
internal sealed class CodeLengths
{
    private const int RepeatLast = 16;
    private const int FewZeros = 17;
    private const int ManyZeros = 18;

    private static readonly int[] s_order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly HuffmanCode _code = new(19, 7);
    private readonly List<(int Symbol, int Extra)> _symbols = [];
    private int _literals;
    private int _listed;

    /// <summary>How long the head is.</summary>
    public int Bits { get; private set; }

    public void Build(ReadOnlySpan<byte> lengths)
    {
        _literals = Math.Max(257, lengths.LastIndexOfAnyExcept((byte)0) + 1);
        _symbols.Clear();
        Shorten(lengths[.._literals]);
        _symbols.Add((1, 0));       // the length of the one distance's code
        Array.Clear(_code.Counts);
        _symbols.ForEach(item => _code.Counts[item.Symbol]++);
        _code.Build();
        _listed = Math.Max(4, Array.FindLastIndex(s_order, symbol => _code.Lengths[symbol] > 0) + 1);
        Bits = 14 + (3 * _listed) + _symbols.Sum(item => _code.Lengths[item.Symbol] + ExtraBits(item.Symbol));
    }

    public void Write(ref BitWriter bits)
    {
        bits.Add((uint)(_literals - 257), 5);
        bits.Add(0, 5);             // one distance
        bits.Add((uint)(_listed - 4), 4);
        bits.Flush();
        foreach (int symbol in s_order.AsSpan(0, _listed))
        {
            bits.Add(_code.Lengths[symbol], 3);
            bits.Flush();
        }

        foreach ((int symbol, int extra) in _symbols)
        {
            bits.Add(_code.Codes[symbol], _code.Lengths[symbol]);
            bits.Add((uint)extra, ExtraBits(symbol));
            bits.Flush();
        }
    }

    private static int ExtraBits(int symbol) => symbol switch { RepeatLast => 2, FewZeros => 3, ManyZeros => 7, _ => 0 };

    private void Shorten(ReadOnlySpan<byte> lengths)
    {
        while (!lengths.IsEmpty)
        {
            byte length = lengths[0];
            int run = lengths.IndexOfAnyExcept(length);
            run = run < 0 ? lengths.Length : run;
            int taken = 1;
            if (length == 0 && run >= 3)
            {
                taken = Math.Min(run, 138);
                _symbols.Add(taken < 11 ? (FewZeros, taken - 3) : (ManyZeros, taken - 11));
            }
            else
            {
                _symbols.Add((length, 0));
                if (length > 0 && run >= 4)
                {
                    taken = Math.Min(run, 7);
                    _symbols.Add((RepeatLast, taken - 4));
                }
            }

            lengths = lengths[taken..];
        }
    }
}
