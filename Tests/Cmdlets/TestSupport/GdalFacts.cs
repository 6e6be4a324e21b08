using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>A test whose rasters gdal_translate makes, skipped where it is not installed.</summary>
public sealed class GdalFactAttribute : FactAttribute
{
    public GdalFactAttribute() => Skip = Reason;

    internal static string? Reason => Programs.Find("gdal_translate") is null ? "gdal_translate is not installed (Debian: gdal-bin)." : null;
}

/// <summary>A test with cases whose rasters gdal_translate makes, skipped where it is not installed.</summary>
public sealed class GdalTheoryAttribute : TheoryAttribute
{
    public GdalTheoryAttribute() => Skip = GdalFactAttribute.Reason;
}
