using System.IO.Compression;
using ArcLearn.Core.Models;
using ICSharpCode.SharpZipLib.Checksum;

namespace ArcLearn.Core.Formats;

/// <summary>PyTorch 1.6 and later: a zip archive with <c>name/data.pkl</c> and a file <c>name/data/key</c> for each storage.</summary>
internal sealed class ZipStorageReader(FileBytes bytes, string path) : IStorageReader
{
    private const string Pickle = "data.pkl";

    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _unpacked = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, ZipMember> _members = new Dictionary<string, ZipMember>();
    private string _prefix = "";

    public object? ReadRoot()
    {
        _members = new ZipDirectory(bytes, path).Read();
        if (_members.Keys.FirstOrDefault(IsProgram) is string program)
        {
            throw Fail(
                $"is {ForeignFrameworks.TorchScriptReason} (it has '{SafeText.Show(program)}'). Export the network itself as ONNX where it runs: {ForeignFrameworks.TorchExport}; "
                + "then name model.onnx as the definition's ModelFile. Where the network is one of arcgis.learn's, save the weights alone: torch.save(model.state_dict(), path).");
        }

        string[] pickles = [.. _members.Keys.Where(name => name == Pickle || (name.EndsWith("/" + Pickle, StringComparison.Ordinal) && name.Count(c => c == '/') == 1))];
        _prefix = pickles.Length switch
        {
            1 => pickles[0][..^Pickle.Length],
            0 => throw Fail($"is a zip archive, but none of PyTorch's: it has no {Pickle}."),
            _ => throw Fail($"has {pickles.Length} files {Pickle}, so that programs could read different weights in it."),
        };
        if (_members.TryGetValue(_prefix + "byteorder", out ZipMember? order) && !All(order, 16).StartsWith("little"u8))
        {
            throw Fail("was written on a big-endian machine, which is not supported.");
        }

        using MemoryStream stream = new(All(_members[pickles[0]], PickleReader.LongestPickle).ToArray());
        return new PickleReader(stream, path, Storage).Read();
    }

    /// <summary>What saved programs hold, in their newer form and in the one before PyTorch 1.4, and saved weights never do.</summary>
    private static bool IsProgram(string name) => name.Split('/') is [_, "constants.pkl" or "bytecode.pkl" or "model.json"] or [_, "code", ..];

    public void Check(TorchStorage storage) => Check(Member(storage.Key));

    public ReadOnlySpan<byte> Numbers(TorchStorage storage, long start, int length)
    {
        ZipMember member = Member(storage.Key);
        return member.IsStored ? bytes.Span(member.Start + start, length) : Unpacked(member).AsSpan((int)start, length);
    }

    /// <summary>('storage', type, key, device, count): the reference to a file of the archive.</summary>
    private TorchStorage Storage(PickleTuple id)
    {
        if (id.Items is not ["storage", PickleGlobal.Storage type, string key, _, long count, ..])
        {
            throw Fail("a tensor refers to its numbers in an unknown way (the instruction BINPERSID).");
        }

        long length = Member(key).Length;
        return count >= 0 && count <= length / type.DataType.Size() && length == count * type.DataType.Size()
            ? new TorchStorage(key, type.DataType, count)
            : throw Fail($"storage {SafeText.Show(key)} has {length} bytes where {count} numbers of {type.DataType} belong.");
    }

    private ZipMember Member(string key) => _members.TryGetValue($"{_prefix}data/{key}", out ZipMember? member)
        ? member
        : throw Fail($"storage {SafeText.Show(key)} is not in the archive.");

    /// <summary>A whole file of the archive, checked.</summary>
    private ReadOnlySpan<byte> All(ZipMember member, int limit)
    {
        if (member.Length > limit)
        {
            throw Fail($"'{SafeText.Show(member.Name)}' claims {member.Length} bytes, which cannot be.");
        }

        Check(member);
        return member.IsStored ? bytes.Span(member.Start, (int)member.Length) : Unpacked(member);
    }

    private void Check(ZipMember member)
    {
        if (_checked.Contains(member.Name))
        {
            return;
        }

        Crc32 sum = new();
        byte[] part = new byte[(int)Math.Min(member.Length, 1 << 16)];
        for (long at = 0; at < member.Length; at += part.Length)
        {
            int length = (int)Math.Min(part.Length, member.Length - at);
            (member.IsStored ? bytes.Span(member.Start + at, length) : Unpacked(member).AsSpan((int)at, length)).CopyTo(part);
            sum.Update(new ArraySegment<byte>(part, 0, length));
        }

        if (sum.Value != member.Crc)
        {
            throw Fail($"'{SafeText.Show(member.Name)}' is damaged: its checksum is not the one that the archive declares.");
        }

        _checked.Add(member.Name);
    }

    /// <summary>Kept, since many tensors may be views of one storage; the directory bounds the bytes of all.</summary>
    private byte[] Unpacked(ZipMember member)
    {
        if (_unpacked.TryGetValue(member.Name, out byte[]? known))
        {
            return known;
        }

        if (member.Length > Array.MaxLength)
        {
            throw Fail($"'{SafeText.Show(member.Name)}' is packed and larger than two gigabytes.");
        }

        byte[] unpacked = new byte[member.Length];
        using DeflateStream stream = new(bytes.Stream(member.Start, member.PackedLength), CompressionMode.Decompress);
        stream.ReadExactly(unpacked);
        return stream.ReadByte() < 0 ? _unpacked[member.Name] = unpacked : throw Fail($"'{SafeText.Show(member.Name)}' is longer than it claims.");
    }

    private LearnFormatException Fail(string message) => new(message, path);
}
