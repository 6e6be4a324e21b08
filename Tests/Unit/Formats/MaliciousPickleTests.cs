using System.Text;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>
/// Pickles that would run code, take all memory or never end in Python's own reader. Each is put into an archive and into the old stream, opened as weights,
/// and refused by the name of what it asks for.
/// </summary>
public sealed class MaliciousPickleTests
{
    private const string Run = "nothing of it was run";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>What the message names, by the pickle.</summary>
    private static readonly (string Pickle, string Named)[] s_all =
    [
        // Functions that take text to run or to open.
        .. Calls("os.system", "posix.system", "nt.system", "posix.popen", "os.execl", "builtins.eval", "builtins.exec", "__builtin__.eval", "builtins.open", "builtins.compile", "builtins.__import__"),
        .. Calls("subprocess.Popen", "subprocess.check_output", "importlib.import_module", "runpy.run_path", "socket.create_connection", "webbrowser.open", "ctypes.CDLL", "shutil.rmtree", "pty.spawn"),
        .. Calls("pickle.loads", "marshal.loads", "types.FunctionType", "operator.attrgetter", "operator.methodcaller", "functools.partial", "builtins.getattr", "bdb.Bdb", "code.InteractiveInterpreter"),

        // PyTorch's and numpy's own, of which some unpickle once more.
        .. Calls("torch.hub.load", "torch.load", "torch.jit.load", "torch.storage._load_from_bytes", "torch._utils._rebuild_qtensor", "torch._utils._rebuild_sparse_tensor"),
        .. Calls("torch.nn.modules.linear.Linear", "torch.ops.load_library", "torch.classes.load_library", "numpy.core.multiarray._reconstruct", "numpy.load", "__main__.Net"),

        // Names that look like allowed ones, or are put together so that a search for text misses them.
        ("ccollections\nOrderedDict.fromkeys\n.", "collections.OrderedDict.fromkeys"),
        ("ctorch._utils\n_rebuild_tensor_v2.__globals__\n.", "torch._utils._rebuild_tensor_v2.__globals__"),
        ("ctorch\nFloatStorage.from_file\n.", "torch.FloatStorage.from_file"),
        ("c\u00d1\u0081ollections\nOrderedDict\n.", "\\u0441ollections.OrderedDict"),
        ("ctorch \nSize\n.", "torch .Size"),
        ("cos\r\nsystem\n.", "os\\u000d.system"),
        ("c\u001b[2Jos\nsystem\n.", "\\u001b[2Jos.system"),
        ($"{Pickles.Text("\uff4f\uff53")}{Pickles.Text("system")}\u0093.", "\\uff4f\\uff53.system"),
        ($"{Pickles.Text("system")}q\u0001{Pickles.Text("os")}q\u0002](h\u0002h\u0001eh\u0002h\u0001\u0093.", "os.system"),
        ($"{Pickles.Text("builtins")}{Pickles.Text("getattr.__class__.__call__")}\u0093.", "builtins.getattr.__class__.__call__"),
        ($"{Pickles.Text(new string('a', 5000))}{Pickles.Text("b")}\u0093.", "aaaaaaaaaa…"),
        ("ctorch\nComplexFloatStorage\n.", "numbers of the type torch.ComplexFloatStorage"),
        ("}N\u0093.", "STACK_GLOBAL"),
        ($"c{new string('a', 2000)}", "has no end"),

        // Instructions that make objects, by the same names or by others.
        ($"({Pickles.Text("ls")}ios\nsystem\n.", "INST (0x69)"),
        ("(ccollections\nOrderedDict\no.", "OBJ (0x6f)"),
        ("ccollections\nOrderedDict\n)\u0081.", "NEWOBJ (0x81)"),
        ("ccollections\nOrderedDict\n)}\u0092.", "NEWOBJ_EX (0x92)"),
        ("\u0082\u0001.", "EXT1 (0x82)"),
        ("\u0083\u0001\0.", "EXT2 (0x83)"),
        ("\u0084\u0001\0\0\0.", "EXT4 (0x84)"),
        ("Pevil\n.", "PERSID (0x50)"),
        ("}0.", "POP (0x30)"),
        ("(}1.", "POP_MARK (0x31)"),
        ("}2.", "DUP (0x32)"),
        ("I1\n.", "INT (0x49)"),
        ("F1.0\n.", "FLOAT (0x46)"),
        ("L99999999999999999999L\n.", "LONG (0x4c)"),
        ("S'cos'\n.", "STRING (0x53)"),
        ("Vcos\n.", "UNICODE (0x56)"),
        ("(d.", "DICT (0x64)"),
        ("(l.", "LIST (0x6c)"),
        ("}p0\n.", "PUT (0x70)"),
        ("g0\n.", "GET (0x67)"),
        ("\u008b\u00ff\u00ff\u00ff\u007f.", "LONG4 (0x8b)"),
        ("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", "BINUNICODE8 (0x8d)"),
        ("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", "BINBYTES8 (0x8e)"),
        ("B\u00ff\u00ff\u00ff\u007f.", "BINBYTES (0x42)"),
        ("C\u0001a.", "SHORT_BINBYTES (0x43)"),
        ("\u0096\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", "BYTEARRAY8 (0x96)"),
        ("\u0097.", "NEXT_BUFFER (0x97)"),
        ("\u0098.", "READONLY_BUFFER (0x98)"),
        ("\u008f.", "EMPTY_SET (0x8f)"),
        ("](K\u0001\u0090.", "ADDITEMS (0x90)"),
        ("(K\u0001\u0091.", "FROZENSET (0x91)"),
        ("\u00ff.", "instruction 0xff"),
        ("\u0080\u0009}.", "protocol 9"),

        // Calls and states of what may be named.
        ("})R.", "REDUCE"),
        (")R.", "more values than it has made"),
        ("](K\u0001t\u0085R.", "REDUCE"),
        ("ctorch\nFloatStorage\n)R.", "REDUCE calls Storage"),
        ("ctorch\nSize\n]\u0085R.", "REDUCE calls Size"),
        ("ctorch._utils\n_rebuild_parameter\n}\u0085R.", "REDUCE calls Parameter"),
        ("ctorch._utils\n_rebuild_tensor_v2\n)R.", "REDUCE calls Tensor"),
        ("ccollections\nOrderedDict\n}\u0085R.", "REDUCE calls OrderedDict"),
        ("ccollections\nOrderedDict\n](K\u0001e\u0085R.", "something else than pairs"),
        ($"]}}{Pickles.Text("__setstate__")}ccollections\nOrderedDict\nsb.", "BUILD"),
        ("}]b.", "BUILD"),
        ($"{Pickles.Tensor("K\0", "K\u0003", "K\u0001")}}}b.", "BUILD"),
        ("ctorch\nSize\n}b.", "BUILD"),

        // References to data outside the pickle.
        ($"{Pickles.Text("/etc/passwd")}Q.", "BINPERSID"),
        (")Q.", "BINPERSID"),
        ($"({Pickles.Text("module")}ctorch\nFloatStorage\n{Pickles.Text("0")}NK\u0003tQ.", "BINPERSID"),
        ($"({Pickles.Text("storage")}{Pickles.Text("FloatStorage")}{Pickles.Text("0")}NK\u0003tQ.", "BINPERSID"),
        ($"({Pickles.Text("storage")}ctorch\nFloatStorage\nK\0NK\u0003tQ.", "BINPERSID"),

        // Ends, texts and values that are not there.
        ("X\u00ff\u00ff\u00ff\u00ffabc.", "ends early"),
        ("T\u00ff\u00ff\u00ff\u00ffabc.", "ends early"),
        ("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "ends early"),
        ("h\u0005.", "not made yet"),
        (".", "more values than it has made"),
    ];

    /// <summary>What holds itself or is deep, and what the message says of it.</summary>
    private static readonly (string Pickle, string Named)[] s_loops =
    [
        ($"}}q\u0001{Pickles.Text("model")}h\u0001s.", "holds no tensors"),
        ("]q\u0001h\u0001a.", "holds no dict"),
        ("}q\u0001h\u0001\u0085q\u0002h\u0002s.", "holds no tensors"),
        ($"{new string(']', 100_000)}{new string('a', 99_999)}.", "holds no dict"),
        ($"}}{string.Concat(Enumerable.Repeat("K\u0001}", 50_000))}{new string('s', 50_000)}.", "holds no tensors"),
        ($"N{new string('\u0085', 1_000_000)}.", "holds no dict"),
        ($"{new string('(', 1_000_000)}.", "takes more values"),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, s_all.Length)];

    public static TheoryData<int> Loops => [.. Enumerable.Range(0, s_loops.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_refused_by_name_in_an_archive_and_in_the_old_stream(int index)
    {
        (string pickle, string named) = s_all[index];
        foreach (byte[] file in new[] { Pickles.Archive(pickle), Pickles.Legacy(pickle) })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            LearnFormatException error = Assert.Throws<LearnFormatException>(() => Pickles.Read(file));

            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            Assert.All(error.Message, c => Assert.True(c is >= ' ' and <= '~' or '…', error.Message));
            Assert.InRange(error.Message.Length, 1, 400);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        }
    }

    [Fact]
    public void The_message_says_that_nothing_was_run()
    {
        Assert.InRange(s_all.Length, 100, int.MaxValue);
        foreach ((string pickle, _) in s_all.Take(50))
        {
            Assert.Contains(Run, Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Archive(pickle))).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The same carriers with plain weights are read, so that it is the pickles that are refused.</summary>
    [Fact]
    public void Plain_weights_in_the_same_files_are_read()
    {
        foreach (byte[] file in new[] { Pickles.Archive(Pickles.Weights), Pickles.Legacy(Pickles.Weights) })
        {
            Assert.Equal([0f, 0f, 0f], Assert.Single(Pickles.Read(file)).Value.ToSingles());
        }
    }

    [Theory]
    [MemberData(nameof(Loops))]
    public void What_holds_itself_or_is_deep_ends(int index) => Assert.Contains(
        s_loops[index].Named, Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Archive(s_loops[index].Pickle))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("}", 5_000_000)]
    [InlineData("]", 5_000_000)]
    [InlineData("](e", 2_000_000)]
    [InlineData("N\u0094", 2_500_000)]
    public void Millions_of_objects_are_more_than_weights_need(string part, int count)
    {
        byte[] file = Pickles.Legacy(new StringBuilder().Insert(0, part, count).Append('.').ToString());
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("instructions", Assert.Throws<LearnFormatException>(() => Pickles.Read(file)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    [Fact]
    public void A_pickle_of_tens_of_megabytes_is_refused_before_it_is_text()
    {
        byte[] file = Pickles.Legacy($"X\0\0\0\u0005{new string('a', 0x5000000)}.");
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("longer than", Assert.Throws<LearnFormatException>(() => Pickles.Read(file)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    /// <summary>One list of pairs, of which each of many calls would make a dict.</summary>
    [Fact]
    public void Calls_on_one_long_list_are_counted_by_its_length()
    {
        string pairs = new StringBuilder().Insert(0, "K\u0001K\u0001\u0086", 100_000).ToString();
        string calls = new StringBuilder().Insert(0, "ccollections\nOrderedDict\nh\u0001\u0085R", 1000).ToString();

        Assert.Contains("instructions", Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Archive($"]q\u0001({pairs}e{calls}."))).Message, StringComparison.Ordinal);
    }

    /// <summary>Whole numbers whose two halves are equal all have the hash 0 in .NET.</summary>
    [Fact]
    public async Task Keys_chosen_to_collide_do_not_take_hours()
    {
        StringBuilder pickle = new("}(");
        for (int i = 1; i <= 500_000; i++)
        {
            string half = Encoding.Latin1.GetString(BitConverter.GetBytes(i));
            pickle.Append("\u008a\u0008").Append(half).Append(half).Append('N');
        }

        Task<LearnFormatException> read = Task.Run(() => Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Archive(pickle.Append("u.").ToString()))));
        Assert.Contains("holds no tensors", (await read.WaitAsync(s_patience)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Pickle, string Named)> Calls(params string[] names) =>
        names.Select(name => ($"c{name[..name.LastIndexOf('.')]}\n{name[(name.LastIndexOf('.') + 1)..]}\n{Pickles.Text("touch /tmp/arclearn-was-here")}\u0085R.", name));
}
