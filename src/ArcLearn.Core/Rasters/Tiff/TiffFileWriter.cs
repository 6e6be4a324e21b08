namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Puts encoded blocks into a stream in order and ends it with the directory. Not for several threads at once.</summary>
internal sealed class TiffFileWriter
{
    private const int Orientation = 274;
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

        AddFields(noData);
        GeoTiffFields.Add(_fields, transform, crs);
        long directory = _position;
        Put(_fields.Directory(directory));
        _stream.Position = 0;
        _stream.Write(_fields.Header(directory));
        _stream.Position = _position;
    }

    private void AddFields(double? noData)
    {
        int bands = _format.Bands;
        int[] bits = new int[bands];
        Array.Fill(bits, _format.SampleBytes * 8);
        int[] formats = new int[bands];
        Array.Fill(formats, 1);
        bool isColor = _format.IsColor && bands >= 3;
        _fields.AddLongs(TiffTag.ImageWidth, _format.Width);
        _fields.AddLongs(TiffTag.ImageLength, _format.Height);
        _fields.AddShorts(TiffTag.BitsPerSample, bits);
        _fields.AddShorts(TiffTag.Compression, TiffCompression.AdobeDeflate);
        _fields.AddShorts(TiffTag.Photometric, isColor ? 2 : 1);
        _fields.AddShorts(Orientation, 1);
        _fields.AddShorts(TiffTag.SamplesPerPixel, bands);
        _fields.AddShorts(TiffTag.PlanarConfiguration, 1);
        _fields.AddShorts(TiffTag.Predictor, 2);
        _fields.AddShorts(TiffTag.SampleFormat, formats);
        int extra = bands - (isColor ? 3 : 1);
        if (extra > 0)
        {
            _fields.AddShorts(TiffTag.ExtraSamples, new int[extra]); // 0: unspecified, no opacity
        }

        if (_format.IsTiled)
        {
            _fields.AddLongs(TiffTag.TileWidth, _format.BlockWidth);
            _fields.AddLongs(TiffTag.TileLength, _format.BlockHeight);
        }
        else
        {
            _fields.AddLongs(TiffTag.RowsPerStrip, _format.BlockHeight);
        }

        _fields.AddLongs(_format.IsTiled ? TiffTag.TileOffsets : TiffTag.StripOffsets, _offsets);
        _fields.AddLongs(_format.IsTiled ? TiffTag.TileByteCounts : TiffTag.StripByteCounts, _lengths);
        if (noData is double value)
        {
            _fields.AddText(TiffTag.GdalNoData, value.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _position += bytes.Length;
    }
}
