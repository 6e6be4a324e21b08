using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Definitions that arcgis.learn wrote, read for a model that is used and saved here.</summary>
public sealed class ForeignDefinitionTests
{
    private const string Unet = """
        {
          "Framework": "arcgis.learn.models._inferencing", "ModelConfiguration": "_unet", "ModelType": "ImageClassification", "InferenceFunction": "ArcGISImageClassifier.py",
          "ExtractBands": [0, 1, 2], "ignore_mapped_class": [0, 2], "SupportsVariableTileSize": true, "ArcGISLearnVersion": "1.8.4", "ModelFile": "30e.pth", "ImageHeight": 400, "ImageWidth": 400,
          "Classes": [{"Value": 1, "Name": "a", "Color": [185, 2, 84]}, {"Value": 2, "Name": "b", "Color": [171, 175, 202]}, {"Value": 5, "Name": "c", "Color": [1, 2, 3]}],
          "LearningRate": "slice('1.0000e-04', '1.0000e-03', None)", "ModelName": "UnetClassifier", "backend": "pytorch", "ModelParameters": {"backbone": "resnet34", "backend": "pytorch"},
          "accuracy": "9.5355e-01", "resize_to": 400, "IsMultispectral": false, "per_class_metrics": "{\"NoData\":{\"f1\":0.0}}", "Description": "fields", "TorchScript": {"CPU": "x"}
        }
        """;

    [Fact]
    public void What_another_program_wrote_is_written_again()
    {
        UnetDefinition definition = UnetDefinitionFile.Read(Parse(Unet), "30e", "30e.emd");
        Assert.Equal((true, "2"), (definition.Options.Loss.IsBackgroundIgnored, string.Join(' ', definition.Options.Loss.IgnoredClasses)));
        Assert.Contains("never learnt b", definition.Summary(), StringComparison.Ordinal);

        using JsonDocument before = JsonDocument.Parse(Unet);
        using JsonDocument after = JsonDocument.Parse(ModelDefinitionWriter.Write(definition.ToFile() with { ModelFile = "30e.pth" }));

        Assert.All(before.RootElement.EnumerateObject(), key => Assert.Equal(
            JsonSerializer.Serialize(key.Value), JsonSerializer.Serialize(after.RootElement.GetProperty(key.Name))));
    }

    [Theory]
    [InlineData("[4]", "names the class 4 of 3")]
    [InlineData("[0, 1, 2, 3]", "names all classes")]
    [InlineData("[-1]", "ignore_mapped_class is -1")]
    public void Ignored_classes_that_make_no_sense_are_refused(string ignored, string message) => Assert.Contains(
        message,
        Assert.Throws<LearnFormatException>(() => UnetDefinitionFile.Read(Parse(Unet.Replace("[0, 2]", ignored, StringComparison.Ordinal)), "30e", "30e.emd")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Statistics_of_a_multispectral_model_scale_its_input_as_arcgis_learn_does()
    {
        string text = Unet
            .Replace("\"ExtractBands\": [0, 1, 2]", "\"ExtractBands\": [3, 1]", StringComparison.Ordinal)
            .Replace("\"IsMultispectral\": false", """
                "IsMultispectral": true, "NormalizationStats": { "band_min_values": [0, 100, 0, 200], "band_max_values": [10000, 2100, 9, 4200], "band_mean_values": null, "band_std_values": null,
                  "scaled_min_values": [0, 0, 0, 0], "scaled_max_values": [1, 1, 1, 1], "scaled_mean_values": [0.1, 0.25, 0.3, 0.5], "scaled_std_values": [0.1, 0.2, 0.3, 0.05] }
                """, StringComparison.Ordinal);

        UnetDefinition definition = UnetDefinitionFile.Read(Parse(text), "30e", "30e.emd");

        Normalization actual = definition.Normalization;
        Assert.Equal([3, 1], definition.ExtractBands);
        Assert.Equal(SampleType.UInt16, actual.SampleType);
        Assert.Equal((((3000 - 200) / 4000.0) - 0.5) / 0.05, ((3000 * actual.Scale) - actual.Mean[0]) / actual.Deviation[0], 5);
        Assert.Equal((((900 - 100) / 2000.0) - 0.25) / 0.2, ((900 * actual.Scale) - actual.Mean[1]) / actual.Deviation[1], 5);
        Assert.Equal([3, 1], Parse(ModelDefinitionWriter.Write(definition.ToFile() with { ModelFile = "30e.pth" })).ExtractBands);
    }

    [Theory]
    [InlineData("\"NormalizationStats\": null")]
    [InlineData("\"NormalizationStats\": { \"band_min_values\": [0, 0, 0], \"band_max_values\": [1, 1, 1], \"scaled_mean_values\": [0, 0, 0] }")]
    [InlineData("\"NormalizationStats\": { \"band_min_values\": [0, 0, 0], \"band_max_values\": [1, 0, 1], \"scaled_mean_values\": [0, 0, 0], \"scaled_std_values\": [1, 1, 1] }")]
    public void A_multispectral_model_without_usable_statistics_is_refused(string statistics) => Assert.Contains(
        "is multispectral",
        Assert.Throws<LearnFormatException>(() => UnetDefinitionFile.Read(
            Parse(Unet.Replace("\"IsMultispectral\": false", "\"IsMultispectral\": true, " + statistics, StringComparison.Ordinal)), "30e", "30e.emd")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("[0, 1, 2, 3]", "extracts 4 band(s)")]
    [InlineData("[\"Red\", \"NearInfrared\"]", "extracts 2 band(s)")]
    public void Other_bands_than_three_without_statistics_are_refused(string bands, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => UnetDefinitionFile.Read(
            Parse(Unet.Replace("\"ExtractBands\": [0, 1, 2]", $"\"ExtractBands\": {bands}", StringComparison.Ordinal)), "30e", "30e.emd"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("IsMultispectral", error.Message, StringComparison.Ordinal);
    }

    private static ModelDefinitionFile Parse(string text) => ModelDefinitionFile.Parse("30e.emd", text);
}
