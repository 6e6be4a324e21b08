namespace ArcLearn.Core.Rasters;

/// <summary>How a raster lies in its file, for people and for the warnings about speed.</summary>
/// <param name="Format">"GeoTIFF", "PNG", "VRT" …</param>
/// <param name="Compression">"none", "Deflate" …</param>
/// <param name="Bits">Bits of a stored sample.</param>
/// <param name="IsTiled">In tiles, not in strips or as a whole.</param>
/// <param name="IsPlanar">Each band apart.</param>
internal sealed record RasterStorage(string Format, string Compression, int Bits, bool IsTiled, bool IsPlanar);
