using System.Globalization;
using System.Text;
using System.Xml.Linq;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Data;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>From real imagery and a layer of labels to batches, through the files that a user would have.</summary>
public sealed class ExportToBunchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedDataTheory]
    [InlineData(ChipFormat.TIFF)]
    [InlineData(ChipFormat.PNG)]
    [InlineData(ChipFormat.JPEG)]
    public void Real_trees_go_from_raster_and_layer_to_batches(ChipFormat format)
    {
        List<ExportSource> sources = [];
        IReadOnlyList<ClassDefinition> classes = [];
        int boxes = 0;
        foreach (string image in Directory.GetFiles(SharedData.PathOf("od_neon_trees", "images"), "SJER_0*.tif").Order(StringComparer.Ordinal).Take(5))
        {
            IRaster raster = RasterFile.Open(image);
            using IVectorLayer layer = VectorLayers.Open(WriteLayer(raster, image, ref boxes));
            LabelSet labels = LabelReader.Read(layer, raster.SpatialReference, raster.IsGeoreferenced, new LabelOptions("species"));
            sources.Add(new ExportSource(raster, labels.Objects));
            classes = labels.Classes;
        }

        TrainingDataInfo info = TrainingDataExporter.Export(
            new ExportOptions { Sources = sources, Classes = classes, OutputFolder = _folder.PathOf("chips"), TileWidth = 200, TileHeight = 200, Format = format },
            new ExportContext(),
            CancellationToken.None)!;
        sources.ForEach(s => s.Raster.Dispose());

        List<string> warnings = [];
        DetectionData data = (DetectionData)DataBunchBuilder.Build(new DataBunchOptions { Paths = [info.Path], BatchSize = 4, ValidationFraction = 0.25, Seed = 7, Warn = warnings.Add });
        Assert.Equal("Tree", Assert.Single(data.Classes).Name);
        Assert.Equal(("Spatial", 200, 0.1), (data.Split, data.ChipSize, Math.Round(data.CellSize!.Value, 6)));
        Assert.Equal(info.Images, data.TrainingChips + data.ValidationChips + data.DroppedChips);
        Assert.True(info.Features >= boxes, $"{info.Features} of {boxes} objects are in the chips.");
        Assert.Equal(info.Features, TrainingFolder.Open(info.Path, Core.IO.LocalFileSystem.Instance).Chips.Sum(c => c.Boxes.Count));
        Assert.All(data.TrainingBatches(1, default), b => Assert.All(b.Images, v => Assert.InRange(v, -2.2f, 2.7f)));
        Assert.All(warnings, w => Assert.StartsWith("Split by space", w, StringComparison.Ordinal));
    }

    private string WriteLayer(IRaster raster, string image, ref int boxes)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $$$"""{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:{{{raster.SpatialReference!.Epsg}}}"}},"features":[""");
        string separator = "";
        foreach (XElement box in XElement.Load(image.Replace("images", "labels", StringComparison.Ordinal).Replace(".tif", ".xml", StringComparison.Ordinal)).Descendants("bndbox"))
        {
            double[] side = [.. new[] { "xmin", "ymin", "xmax", "ymax" }.Select(t => double.Parse(box.Element(t)!.Value, CultureInfo.InvariantCulture))];
            (double x0, double y0) = raster.Transform.ToMap(side[0], side[1]);
            (double x1, double y1) = raster.Transform.ToMap(side[2], side[3]);
            text.Append(CultureInfo.InvariantCulture, $$$"""{{{separator}}}{"type":"Feature","properties":{"species":"Tree"},"geometry":{"type":"Polygon","coordinates":[[[{{{x0:R}}},{{{y0:R}}}],[{{{x1:R}}},{{{y0:R}}}],[{{{x1:R}}},{{{y1:R}}}],[{{{x0:R}}},{{{y1:R}}}],[{{{x0:R}}},{{{y0:R}}}]]]}}""");
            separator = ",";
            boxes++;
        }

        string path = _folder.PathOf(Path.GetFileNameWithoutExtension(image) + ".geojson");
        File.WriteAllText(path, text.Append("]}").ToString());
        return path;
    }
}
