using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters.Tiff;
using SkiaSharp;

namespace ArcLearn.Core.Rasters;

/// <summary>A PNG, JPEG or BMP, decoded whole at the first read. Grey has 1 band (16-bit grey with opacity 2), colours 3, with opacity 4.</summary>
internal sealed class PictureRaster : IRaster
{
    private const long MaximumBytes = 1L << 30;

    private readonly RasterSource _source;
    private readonly BlockCache _cache;
    private readonly int _image;

    /// <summary>Takes over <paramref name="source"/>.</summary>
    public PictureRaster(RasterSource source, BlockCache cache)
    {
        _source = source;
        if (source.Length > MaximumBytes)
        {
            throw RasterFile.Unsupported(source.Path, $"is a picture of {source.Length} bytes, which would be decoded whole", "-of GTiff -co TILED=YES");
        }

        byte[] bytes = source.ReadAll();
        bool isPng = IsPng(bytes);
        bool isBmp = IsBmp(bytes);
        if (isPng)
        {
            CheckPng(bytes);
            SampleType = bytes[24] == 16 ? SampleType.UInt16 : SampleType.UInt8;
        }

        using (SKData data = SKData.CreateCopy(bytes))
        using (SKCodec codec = SKCodec.Create(data) ?? throw Damaged("its header cannot be read"))
        {
            (Width, Height) = (codec.Info.Width, codec.Info.Height);
            Bands = isPng ? PngBands(bytes) : codec.Info.ColorType == SKColorType.Gray8 ? 1 : 3;
        }

        if ((long)Width * Height * 4 * SampleBytes > MaximumBytes)
        {
            throw RasterFile.Unsupported(source.Path, $"is a picture of {Width} by {Height} pixels, which would be decoded whole", "-of GTiff -co TILED=YES");
        }

        (_cache, _image) = (cache, cache.AddImage());
        SideFile? side = SideFile.Find(source.Files, source.Path);
        Georeference reference = Georeference.Complete(source.Files, source.Path, side, null, null);
        (Transform, IsGeoreferenced, SpatialReference) = (reference.Transform, reference.IsGeoreferenced, reference.SpatialReference);
        BandInfo = SideFile.Complete(side, [.. Enumerable.Repeat(RasterBand.Plain, Bands)], SampleType);
        Classes = side?.Classes is { Count: > 0 } classes ? classes : ValueTableFile.Find(source.Files, source.Path);
        Storage = new RasterStorage(isPng ? "PNG" : isBmp ? "BMP" : "JPEG", isPng ? "Deflate" : isBmp ? "none" : "JPEG", 8 * SampleBytes, false, false);
    }

    public string Path => _source.Path;

    public int Width { get; }

    public int Height { get; }

    public int Bands { get; }

    public SampleType SampleType { get; }

    public bool IsColor => Bands >= 3;

    public GeoTransform Transform { get; }

    public bool IsGeoreferenced { get; }

    public SpatialReference? SpatialReference { get; }

    public double? NoData => BandInfo[0].NoData;

    public IReadOnlyList<RasterBand> BandInfo { get; }

    public IReadOnlyList<ClassDefinition> Classes { get; }

    public RasterStorage Storage { get; }

    public int BlockWidth => Width;

    public int BlockHeight => Height;

    public static bool IsPicture(ReadOnlySpan<byte> head) => IsPng(head) || IsBmp(head) || head is [0xFF, 0xD8, 0xFF, ..];

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        WindowCopy.Check(this, window, bands, destination);
        PixelWindow whole = new(0, 0, Width, Height);
        PixelWindow inside = window.Intersect(whole);
        if (inside != window)
        {
            destination.Fill(fill);
        }

        if (inside.Area == 0 || bands.IsEmpty)
        {
            return;
        }

        using BlockCache.Lease lease = _cache.Get(_image, 0, _ => Decode());
        WindowCopy.Copy(lease.Block, SampleType, whole, inside, window, bands, destination);
    }

    public void Dispose()
    {
        _cache.Drop(_image);
        _source.Dispose();
    }

    private static bool IsPng(ReadOnlySpan<byte> head) => head is [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..];

    private static bool IsBmp(ReadOnlySpan<byte> head) => head is [(byte)'B', (byte)'M', ..];

    // IHDR: width and height at byte 16, bits at 24, colour type at 25 (0 grey, 2 colours, 3 palette, 4 and 6 with opacity).
    private void CheckPng(byte[] bytes)
    {
        if (bytes.Length < 33)
        {
            throw Damaged("it ends inside its header");
        }

        bool isDeep = bytes[24] == 16;
        if (isDeep && (DeepPng.Bands(bytes[25]) == 0 || bytes[28] != 0))
        {
            throw RasterFile.Unsupported(Path, "is an interlaced PNG of 16-bit samples", "-of GTiff -co COMPRESS=DEFLATE");
        }

        // Deflate makes at most 1032 bytes of one: more pixels than that were never in the file.
        long width = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(16));
        long height = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(20));
        if (width * height / 8 > bytes.Length * TiffCompression.MaximumRatio(TiffCompression.Deflate))
        {
            throw Damaged($"{bytes.Length} bytes cannot hold {width} by {height} pixels");
        }
    }

    private int SampleBytes => SampleType.Bytes();

    private static int PngBands(byte[] bytes) => bytes[24] == 16 ? DeepPng.Bands(bytes[25]) : bytes[25] switch
    {
        0 => 1,
        2 => 3,
        3 => bytes.AsSpan().IndexOf("tRNS"u8) >= 0 ? 4 : 3,
        _ => 4,
    };

    private DecodedBlock Decode()
    {
        byte[] file = _source.ReadAll();
        if (SampleType == SampleType.UInt8)
        {
            return DecodeColours(file);
        }

        byte[] planes = GC.AllocateUninitializedArray<byte>(Width * Height * Bands * 2);
        string? fault = DeepPng.Decode(file, Width, Height, Bands, MemoryMarshal.Cast<byte, ushort>(planes.AsSpan()));
        return fault is null ? new DecodedBlock(planes, 1, Width * Height) : throw Damaged(fault);
    }

    private unsafe DecodedBlock DecodeColours(byte[] file)
    {
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = SKCodec.Create(data) ?? throw Damaged("its header cannot be read");
        bool isGrey = Bands == 1 && codec.Info.ColorType == SKColorType.Gray8;
        int stride = isGrey ? 1 : 4;
        byte[] interleaved = GC.AllocateUninitializedArray<byte>(checked(Width * Height * stride));
        SKImageInfo wanted = new(
            Width, Height, isGrey ? SKColorType.Gray8 : SKColorType.Rgba8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        SKCodecResult result;
        fixed (byte* target = interleaved)
        {
            result = codec.GetPixels(wanted, (IntPtr)target, Width * stride, SKCodecOptions.Default);
        }

        if (result != SKCodecResult.Success)
        {
            throw Damaged(result == SKCodecResult.IncompleteInput ? "it ends before its last pixel" : $"its pixels cannot be decoded ({result})");
        }

        return new DecodedBlock(interleaved, stride, 1);
    }

    private LearnFormatException Damaged(string what) => new($"is a damaged picture: {what}.", _source.Path);
}
