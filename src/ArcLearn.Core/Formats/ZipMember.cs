namespace ArcLearn.Core.Formats;

/// <summary>A file within a zip archive.</summary>
/// <param name="Start">Of its packed bytes, in bytes from the archive's start.</param>
/// <param name="PackedLength">In bytes.</param>
/// <param name="Length">Unpacked, in bytes.</param>
/// <param name="Crc">Of the unpacked bytes.</param>
/// <param name="IsStored">Whether it lies there as it is; else it is deflated.</param>
internal sealed record ZipMember(string Name, long Start, long PackedLength, long Length, uint Crc, bool IsStored);
