namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Puts encoded blocks into a stream in order and ends it with the directory. Not for several threads at once.</summary>
internal sealed class TiffFileWriter
{
    private readonly Stream _stream;
    private readonly TiffFormat _format;
    private readonly TiffFields _fields;
    private readonly long[] _offsets;
    private readonly long[] _lengths;
    private long _position;

    public TiffFileWriter(Stream stream, TiffFormat format)
    {
        (_stream, _format) = (stream, format);
        _fields = new TiffFields(format.IsBigTiff);
        _offsets = new long[format.Blocks];
        _lengths = new long[format.Blocks];
        Put(_fields.Header(0));
    }

    /// <summary>Blocks written so far: the next one's index, row by row from the upper left.</summary>
    public int Count { get; private set; }

    public void Append(ReadOnlySpan<byte> block)
    {
        _offsets[Count] = _position;
        _lengths[Count] = block.Length;
        Count++;
        Put(block);
    }

    /// <summary>Writes the directory, then its place into the header.</summary>
    public void Complete(GeoTransform? transform, SpatialReference? crs, double? noData)
    {
        if (Count < _format.Blocks)
        {
            throw new InvalidOperationException($"{Count} of {_format.Blocks} blocks were written.");
        }

        if ((_position & 1) == 1)
        {
            Put([0]); // directories begin at even positions
        }

        TiffImageFields.Add(_fields, _format, _offsets, _lengths, noData);
        GeoTiffFields.Add(_fields, transform, crs);
        long directory = _position;
        Put(_fields.Directory(directory));
        _stream.Position = 0;
        _stream.Write(_fields.Header(directory));
        _stream.Position = _position;
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _position += bytes.Length;
    }
}
