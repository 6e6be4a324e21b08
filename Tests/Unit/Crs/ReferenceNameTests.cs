using ArcLearn.Core.Crs;

namespace ArcLearn.Tests.Unit.Crs;

public sealed class ReferenceNameTests
{
    [Theory]
    [InlineData("PROJCS[\"RGF93 / Lambert-93\",GEOGCS[\"RGF93\",AUTHORITY[\"EPSG\",\"4171\"]],AUTHORITY[\"EPSG\",\"2154\"]]", "RGF93 v1 / Lambert-93", 2154)]
    [InlineData("PROJCRS[\"ETRS89 / LAEA Europe\",BASEGEOGCRS[\"ETRS89\",ID[\"EPSG\",4258]],ID[\"EPSG\",3035]]", "ETRS89-extended / LAEA Europe", 3035)]
    [InlineData("PROJCS[\"Site grid\",GEOGCS[\"WGS 84\",AUTHORITY[\"EPSG\",\"4326\"]]]", "Site grid", null)]
    [InlineData("PROJCS[\"WGS_1984_UTM_Zone_61N\",GEOGCS[\"GCS_WGS_1984\"]]", "WGS_1984_UTM_Zone_61N", null)]
    public void The_root_gives_name_and_code_and_its_parts_do_not(string wkt, string name, int? epsg) =>
        Assert.Equal(new SpatialReference(name, epsg, wkt), CoordinateSystems.FromWkt(wkt + "\n"));

    [Theory]
    [InlineData("")]
    [InlineData("EPSG:4326")]
    [InlineData("PROJCS[\"cut off")]
    [InlineData("PROJCS[\"cut off\",GEOGCS[\"x\"]")]
    [InlineData("UNIT[\"metre\",1]")]
    public void Other_text_is_no_reference_system(string text) => Assert.Throws<LearnFormatException>(() => CoordinateSystems.FromWkt(text));

    [Theory]
    [InlineData(4326, true)]
    [InlineData(4269, true)]
    [InlineData(4171, true)]
    [InlineData(4647, false)]
    [InlineData(4087, false)]
    [InlineData(3857, false)]
    [InlineData(32618, false)]
    [InlineData(2154, false)]
    [InlineData(7844, true)]
    public void Codes_are_told_apart_as_geographic_or_projected(int epsg, bool isGeographic) =>
        Assert.Equal(isGeographic, EpsgTable.IsGeographic(epsg));
}
