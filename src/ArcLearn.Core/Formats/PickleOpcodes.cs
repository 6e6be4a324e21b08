using System.Globalization;

namespace ArcLearn.Core.Formats;

/// <summary>Names of the instructions that <see cref="PickleReader"/> refuses (Python's Lib/pickletools.py), for its messages.</summary>
internal static class PickleOpcodes
{
    private static readonly Dictionary<byte, string> s_refused = new()
    {
        [(byte)'0'] = "POP",
        [(byte)'1'] = "POP_MARK",
        [(byte)'2'] = "DUP",
        [(byte)'F'] = "FLOAT",
        [(byte)'I'] = "INT",
        [(byte)'L'] = "LONG",
        [(byte)'S'] = "STRING",
        [(byte)'V'] = "UNICODE",
        [(byte)'P'] = "PERSID",
        [(byte)'g'] = "GET",
        [(byte)'p'] = "PUT",
        [(byte)'d'] = "DICT",
        [(byte)'l'] = "LIST",
        [(byte)'i'] = "INST",
        [(byte)'o'] = "OBJ",
        [(byte)'B'] = "BINBYTES",
        [(byte)'C'] = "SHORT_BINBYTES",
        [0x81] = "NEWOBJ",
        [0x82] = "EXT1",
        [0x83] = "EXT2",
        [0x84] = "EXT4",
        [0x8b] = "LONG4",
        [0x8d] = "BINUNICODE8",
        [0x8e] = "BINBYTES8",
        [0x8f] = "EMPTY_SET",
        [0x90] = "ADDITEMS",
        [0x91] = "FROZENSET",
        [0x92] = "NEWOBJ_EX",
        [0x96] = "BYTEARRAY8",
        [0x97] = "NEXT_BUFFER",
        [0x98] = "READONLY_BUFFER",
    };

    /// <summary>The name and the byte, or the byte alone where it is none of Python's.</summary>
    public static string Show(byte code)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $"0x{code:x2}");
        return s_refused.TryGetValue(code, out string? name) ? $"{name} ({number})" : number;
    }
}
