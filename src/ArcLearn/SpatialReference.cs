namespace ArcLearn;

/// <summary>A coordinate reference system as a file names it.</summary>
/// <param name="Name">Its name, such as "WGS 84 / UTM zone 18N".</param>
/// <param name="Epsg">Its EPSG code, or null where none is known.</param>
/// <param name="Wkt">Its well-known text (WKT 1) where the file carried one, or one made for the code.</param>
public sealed record SpatialReference(string Name, int? Epsg, string? Wkt)
{
    /// <inheritdoc/>
    public override string ToString() => Epsg is int code ? $"EPSG:{code}" : Name;
}
