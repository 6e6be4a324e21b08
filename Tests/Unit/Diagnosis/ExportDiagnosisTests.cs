using ArcLearn.Core.Diagnosis;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.Data;

namespace ArcLearn.Tests.Unit.Diagnosis;

public sealed class ExportDiagnosisTests : IDisposable
{
    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_on_a_sound_raster_give_no_findings()
    {
        string raster = _folder.AddImage("scene.tif", 128, 128, corner: (500_000, 5_000_128));

        Assert.Empty(Run(raster, Labels(12, x: 500_010, y: 5_000_010), new TileSize(64, 64), new TileSize(64, 64)));
    }

    [Fact]
    public void Labels_outside_tiny_or_few_and_strides_that_overlap_are_told()
    {
        string raster = _folder.AddImage("scene.tif", 128, 128, corner: (500_000, 5_000_128));

        IReadOnlyList<TrainingDataFinding> findings = Run(raster, Labels(14, x: 500_060, y: 5_000_010, step: 8, side: 4), new TileSize(256, 256), new TileSize(64, 64));

        Assert.Equal(["FewExamples", "LabelsOutside", "OverlappingChips", "TileLargerThanRaster", "TinyLabels"], findings.Select(f => f.Id).Order(StringComparer.Ordinal));
        Assert.StartsWith("5 of 14 label(s) lie outside", findings.Single(f => f.Id == "LabelsOutside").Message, StringComparison.Ordinal);
        Assert.Equal("1 class(es) have fewer than 10 labels on the rasters: tree 9.", findings.Single(f => f.Id == "FewExamples").Message);
    }

    [Fact]
    public void What_an_export_would_refuse_is_an_error_with_a_remedy()
    {
        string raster = _folder.AddImage("scene.tif", 128, 128, corner: (500_000, 5_000_128));
        Assert.Equal("LabelsOutside", Assert.Single(Run(raster, Labels(12, x: 900_000, y: 5_000_010), new TileSize(64, 64), null), f => f.Severity == FindingSeverity.Error).Id);

        TrainingDataFinding missing = Assert.Single(
            ExportDiagnosis.Run(new ExportPlan([raster], [new LayerSource(Labels(12, 500_010, 5_000_010))], new TileSize(64, 64), null) { ClassValueField = "species" }));
        Assert.Equal((FindingSeverity.Error, "ClassFieldMissing"), (missing.Severity, missing.Id));

        string text = _folder.AddText("scene.txt", "no raster");
        Assert.Equal("InvalidFormat", Run(text, Labels(12, 500_010, 5_000_010), new TileSize(64, 64), null)[0].Id);
    }

    [Fact]
    public void Rasters_that_differ_or_lack_a_system_are_told()
    {
        string first = _folder.AddImage("a.tif", 128, 128, corner: (500_000, 5_000_128));
        string other = _folder.AddImage("b.tif", 128, 128, bands: 1, type: SampleType.UInt16);

        IReadOnlyList<TrainingDataFinding> findings = ExportDiagnosis.Run(
            new ExportPlan([first, other], [new LayerSource(Labels(12, 500_010, 5_000_010))], new TileSize(64, 64), null) { ClassValueField = "kind" });

        Assert.Contains(findings, f => f.Id == "MixedRasters" && f.Severity == FindingSeverity.Error);
        Assert.Contains(findings, f => f.Id == "NoReferenceSystem" && f.Path == other);
        Assert.Contains(findings, f => f.Id == "LabelCrsWithoutRasterCrs" && f.Severity == FindingSeverity.Error);
        Assert.Contains(findings, f => f.Id == "BitDepth");
    }

    [Fact]
    public void Rasters_of_any_sample_type_are_sound()
    {
        string raster = Path.Combine(_folder.Root, "height.tif");
        ImageWriter.Write(
            LocalFileSystem.Instance, raster, ChipFormat.TIFF, new RasterImage(128, 128, 1, SampleType.Float32, new byte[128 * 128 * 4]), new GeoTransform(500_000, 5_000_128, 1, -1),
            new SpatialReference("", 32632, null), null);

        TrainingDataFinding finding = Assert.Single(Run(raster, Labels(12, x: 500_010, y: 5_000_010), new TileSize(64, 64), null));

        Assert.Equal((FindingSeverity.Information, "BitDepth"), (finding.Severity, finding.Id));
        Assert.StartsWith("The raster has Float32 samples", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pixels_of_a_classified_raster_are_counted()
    {
        string raster = _folder.AddImage("scene.tif", 128, 128, corner: (500_000, 5_000_128));
        string classes = _folder.AddImage(
            "classes.tif", 128, 128, 1, sample: (_, row, column) => row < 100 ? 0 : (row, column) == (100, 3) ? 7 : 2, corner: (500_000, 5_000_128));

        IReadOnlyList<TrainingDataFinding> findings = Run(raster, classes, new TileSize(64, 64), null);

        Assert.Equal(["ClassImbalance", "FewExamples", "MostlyBackground"], findings.Select(f => f.Id).Order(StringComparer.Ordinal));
        Assert.StartsWith("2 has 3583 labelled pixels under the rasters, 7 only 1", findings.Single(f => f.Id == "ClassImbalance").Message, StringComparison.Ordinal);
        Assert.StartsWith("78 % of it", findings.Single(f => f.Id == "MostlyBackground").Message, StringComparison.Ordinal);

        string apart = _folder.AddImage("apart.tif", 128, 128, 1, corner: (600_000, 5_000_128));
        Assert.Equal("LabelsOutside", Assert.Single(Run(raster, apart, new TileSize(64, 64), null)).Id);
        string colours = _folder.AddImage("colours.tif", 128, 128, 3, corner: (500_000, 5_000_128));
        Assert.Equal("InvalidFormat", Assert.Single(Run(raster, colours, new TileSize(64, 64), null)).Id);
        string empty = _folder.AddImage("empty.tif", 128, 128, 1, sample: (_, _, _) => 0, corner: (500_000, 5_000_128));
        Assert.Equal("NoLabels", Assert.Single(Run(raster, empty, new TileSize(64, 64), null)).Id);
    }

    [Fact]
    public void Bands_in_files_of_their_own_are_looked_at_as_one_raster()
    {
        string[] bands = [.. Enumerable.Range(0, 4).Select(i => _folder.AddImage($"B{i}.tif", 128, 128, 1, corner: (500_000, 5_000_128)))];
        ExportPlan plan = new(bands, [new LayerSource(Labels(12, 500_010, 5_000_010))], new TileSize(64, 64), null) { ClassValueField = "kind", IsStack = true };

        Assert.Empty(ExportDiagnosis.Run(plan));

        string other = _folder.AddImage("other.tif", 64, 64, 1, corner: (500_000, 5_000_128));
        TrainingDataFinding finding = Assert.Single(ExportDiagnosis.Run(plan with { Rasters = [.. bands, other] }));
        Assert.Equal(FindingSeverity.Error, finding.Severity);
    }

    private static IReadOnlyList<TrainingDataFinding> Run(string raster, string labels, TileSize tile, TileSize? stride) =>
        ExportDiagnosis.Run(new ExportPlan([raster], [new LayerSource(labels)], tile, stride) { ClassValueField = "kind" });

    /// <summary>Squares in a row, in UTM 32N.</summary>
    private string Labels(int count, double x, double y, double step = 9, double side = 9)
    {
        string features = string.Join(",\n", Enumerable.Range(0, count).Select(i =>
        {
            (double left, double right) = (x + (i * step), x + (i * step) + side);
            return FormattableString.Invariant(
                $$$"""{"type":"Feature","properties":{"kind":"tree"},"geometry":{"type":"Polygon","coordinates":[[[{{{left}}},{{{y}}}],[{{{right}}},{{{y}}}],[{{{right}}},{{{y + side}}}],[{{{left}}},{{{y + side}}}],[{{{left}}},{{{y}}}]]]}}""");
        }));
        return _folder.AddText(
            "labels.geojson", $$$"""{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32632"}},"features":[{{{features}}}]}""");
    }
}
