using System.Text;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>The encoding of a Shapefile's text: named by the .cpg, else by the language driver in the .dbf's header, else Latin-1 as in GDAL.</summary>
internal static class ShapefileEncoding
{
    private const int LanguageDriver = 29;

    /// <exception cref="LearnFormatException">The .cpg names an encoding that is not known.</exception>
    public static Encoding Choose(string? cpg, string dbf, IFileSystem files)
    {
        if (cpg is not null && files.ReadAllText(cpg).Trim('\uFEFF', '\0', ' ', '\r', '\n', '\t') is { Length: > 0 } name)
        {
            return Find(name) ?? throw new LearnFormatException($"names the encoding '{name}', which is not known; write UTF-8 or a code page such as 1252 into it.", cpg);
        }

        using Stream stream = files.OpenRead(dbf);
        byte[] header = new byte[LanguageDriver + 1];
        stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);

        // Code pages of the drivers (dBASE, in the list that GDAL's and Esri's documentation share).
        int page = header[LanguageDriver] switch
        {
            0x01 => 437,
            0x02 => 850,
            0x13 or 0x7B => 932,
            0x4D or 0x7A => 936,
            0x4E or 0x79 => 949,
            0x4F or 0x78 => 950,
            0x50 or 0x7C => 874,
            0x64 => 852,
            0x65 => 866,
            0xC8 => 1250,
            0xC9 => 1251,
            0xCA => 1254,
            0xCB => 1253,
            0xCC => 1257,
            0x03 or 0x58 or 0x59 => 1252,
            _ => 28591,
        };
        return Page(page)!;
    }

    private static Encoding? Find(string name)
    {
        string bare = name.Replace("ANSI ", "", StringComparison.OrdinalIgnoreCase).Replace("CP", "", StringComparison.OrdinalIgnoreCase);
        if (int.TryParse(bare, out int page))
        {
            return Page(page);
        }

        // Esri writes "ISO 88591" and "8859-1" for ISO-8859-1.
        string digits = string.Concat(bare.Where(char.IsAsciiDigit));
        if (digits.StartsWith("8859", StringComparison.Ordinal) && digits.Length > 4)
        {
            return Page(28590 + int.Parse(digits[4..], System.Globalization.CultureInfo.InvariantCulture));
        }

        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(bare) ?? Encoding.GetEncoding(bare);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Encoding? Page(int page)
    {
        try
        {
            return page == 65001 ? new UTF8Encoding(false) : CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
