using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips;

/// <summary>Where a chip lies on the map.</summary>
/// <param name="Transform">Of the chip; in pixel space for chips without georeference, which goes into the world file only.</param>
internal sealed record ChipGround(GeoTransform Transform, bool IsGeoreferenced, SpatialReference? SpatialReference);

/// <summary>Writes the files of chips: images, world files, PAM where the image itself cannot name its CRS, labels. Safe from any thread.</summary>
/// <param name="folder">The export's folder; other names are given from there, with '/' between their parts.</param>
internal sealed class ChipFiles(IFileSystem files, string folder, ChipFormat format)
{
    private const int LargestKept = 16 << 20;

    [ThreadStatic]
    private static MemoryStream? t_memory;

    private readonly ConcurrentDictionary<string, bool> _made = new(StringComparer.Ordinal);

    public string Extension { get; } = ImageWriter.Extension(format);

    public static string Stem(int number) => number.ToString("D9", CultureInfo.InvariantCulture);

    /// <summary>A line of map.txt: backslashes, a space between images, two before each label, one at the end.</summary>
    public static string MapLine(IEnumerable<string> images, IEnumerable<string> labels) =>
        $"{string.Join(' ', images)} {string.Concat(labels.Select(label => $" {label} "))}\n".Replace('/', '\\');

    public void WriteImage(string name, RasterImage image, ChipGround ground, double? noData)
    {
        string path = PathOf(name);
        Write(path, format, image, ground, noData);
        Write(WorldFile.NameFor(path), WorldFile.Format(ground.Transform));
        if (format != ChipFormat.TIFF && SrsText(ground.SpatialReference) is string wkt)
        {
            Write(path + ".aux.xml", $"<PAMDataset>\n  <SRS>{SecurityElement.Escape(wkt)}</SRS>\n</PAMDataset>\n");
        }
    }

    /// <summary>A band of whole numbers as a TIFF, in the smallest unsigned type that holds them all.</summary>
    public void WriteValues(string name, ReadOnlySpan<int> values, int width, int height, int greatest, ChipGround ground)
    {
        SampleType type = greatest <= byte.MaxValue ? SampleType.UInt8 : greatest <= ushort.MaxValue ? SampleType.UInt16 : SampleType.UInt32;
        byte[] bytes = new byte[values.Length * type.Bytes()];
        if (type == SampleType.UInt8)
        {
            for (int i = 0; i < values.Length; i++)
            {
                bytes[i] = (byte)values[i];
            }
        }
        else if (type == SampleType.UInt16)
        {
            Span<ushort> wide = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
            for (int i = 0; i < values.Length; i++)
            {
                wide[i] = (ushort)values[i];
            }
        }
        else
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
        }

        Write(PathOf(name), ChipFormat.TIFF, new RasterImage(width, height, 1, type, bytes), ground, null);
    }

    public void WriteText(string name, string text) => Write(PathOf(name), text);

    /// <summary>Well-known text, or a code where none is at hand: GDAL takes both.</summary>
    private static string? SrsText(SpatialReference? crs) =>
        crs is null ? null
        : crs.Wkt is null && CoordinateSystems.Identify(crs) is null ? (crs.Epsg is int code ? string.Create(CultureInfo.InvariantCulture, $"EPSG:{code}") : null)
        : CoordinateSystems.ToWkt1(crs);

    /// <summary>Also makes the file's folder, the first time that it is named.</summary>
    private string PathOf(string name)
    {
        string path = Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar));
        string parent = Path.GetDirectoryName(path)!;
        if (!_made.ContainsKey(parent))
        {
            files.CreateDirectory(parent);
            _made[parent] = true;
        }

        return path;
    }

    /// <summary>By way of memory: a small file then takes one call of the system to write.</summary>
    private void Write(string path, ChipFormat kind, RasterImage image, ChipGround ground, double? noData)
    {
        MemoryStream memory = t_memory ?? new MemoryStream();
        memory.SetLength(0);
        ImageWriter.Write(memory, kind, image, ground.IsGeoreferenced ? ground.Transform : null, ground.SpatialReference, noData);
        Write(path, memory.GetBuffer().AsSpan(0, (int)memory.Length));
        t_memory = memory.Capacity <= LargestKept ? memory : null;
    }

    private void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    // The whole folder appears at once, so its files need no temporary names of their own, which a killed run would leave.
    private void Write(string path, ReadOnlySpan<byte> content)
    {
        using Stream stream = files.Create(path);
        stream.Write(content);
    }
}
