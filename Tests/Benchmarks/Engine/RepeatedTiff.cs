using System.Buffers.Binary;
using System.IO.Compression;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>
/// A tiled TIFF of three bands of any size in a small file: its offsets repeat a few real blocks. They hold noise and bright squares of 16 pixels on a grid of 16.
/// </summary>
internal static class RepeatedTiff
{
    private const int Block = 256;
    private const int Blocks = 7;

    /// <summary>Writes it where it is not there yet.</summary>
    public static string Write(string folder, int side)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FormattableString.Invariant($"repeated_{side}.tif"));
        if (File.Exists(path))
        {
            return path;
        }

        int across = (side + Block - 1) / Block;
        using FileStream file = File.Create(path);
        file.Write("II\x2A\0\0\0\0\0"u8);
        (uint At, uint Length)[] blocks = [.. Enumerable.Range(0, Blocks).Select(seed => Append(file, Compress(Pixels(seed))))];
        (uint At, uint Length)[] tiles = [.. Enumerable.Range(0, across * across).Select(tile => blocks[((tile % across * 3) + (tile / across * 5)) % Blocks])];
        uint offsets = Append(file, [.. tiles.SelectMany(tile => BitConverter.GetBytes(tile.At))]).At;
        uint lengths = Append(file, [.. tiles.SelectMany(tile => BitConverter.GetBytes(tile.Length))]).At;
        uint bits = Append(file, [8, 0, 8, 0, 8, 0]).At;
        uint directory = (uint)file.Position;
        (ushort Tag, ushort Type, uint Count, uint Value)[] entries =
        [
            (256, 4, 1, (uint)side), (257, 4, 1, (uint)side), (258, 3, 3, bits), (259, 3, 1, 8), (262, 3, 1, 2), (277, 3, 1, 3), (284, 3, 1, 1),
            (322, 3, 1, Block), (323, 3, 1, Block), (324, 4, (uint)tiles.Length, offsets), (325, 4, (uint)tiles.Length, lengths),
        ];
        Span<byte> buffer = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)entries.Length);
        file.Write(buffer[..2]);
        foreach ((ushort tag, ushort type, uint count, uint value) in entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(buffer, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(buffer[2..], type);
            BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], count);
            BinaryPrimitives.WriteUInt32LittleEndian(buffer[8..], value);
            file.Write(buffer);
        }

        file.Write([0, 0, 0, 0]);
        file.Position = 4;
        file.Write(BitConverter.GetBytes(directory));
        return path;
    }

    private static byte[] Pixels(int seed)
    {
        Random random = new(seed);
        byte[] pixels = new byte[Block * Block * 3];
        random.NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] >>= 2;
        }

        for (int square = 0; square < 4; square++)
        {
            (int column, int row) = (random.Next(Block / 16) * 16, random.Next(Block / 16) * 16);
            for (int y = row; y < row + 16; y++)
            {
                pixels.AsSpan(((y * Block) + column) * 3, 16 * 3).Fill((byte)(200 + seed));
            }
        }

        return pixels;
    }

    private static byte[] Compress(byte[] pixels)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
        {
            stream.Write(pixels);
        }

        return packed.ToArray();
    }

    private static (uint At, uint Length) Append(FileStream file, byte[] bytes)
    {
        // Values begin on even places.
        file.Position += file.Position & 1;
        uint at = (uint)file.Position;
        file.Write(bytes);
        return (at, (uint)bytes.Length);
    }
}
