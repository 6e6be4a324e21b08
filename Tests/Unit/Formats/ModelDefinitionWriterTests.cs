using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.Packaging;

namespace ArcLearn.Tests.Unit.Formats;

public sealed class ModelDefinitionWriterTests
{
    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        ModelDefinitionFile expected = Samples.Definition;

        ModelDefinitionFile actual = Parse(ModelDefinitionWriter.Write(expected));

        Assert.Equal("arcgis.learn.models._inferencing", actual.Framework);
        Assert.Equal("_DynamicSSD", actual.ModelConfiguration);
        Assert.Equal("ArcGISObjectDetector.py", actual.InferenceFunction);
        Assert.Equal((expected.ModelType, expected.ModelFile, expected.Backbone), (actual.ModelType, actual.ModelFile, actual.Backbone));
        Assert.Equal((224, 224), (actual.ImageHeight, actual.ImageWidth));
        Assert.Equal(expected.ExtractBands, actual.ExtractBands);
        Assert.Equal(expected.Grids, actual.Grids);
        Assert.Equal(expected.Zooms, actual.Zooms);
        Assert.Equal(expected.Ratios, actual.Ratios);
        Assert.Equal(expected.Classes.Select((item, place) => Flat(item with { Color = ClassColors.Of(item.Color, place) })), actual.Classes.Select(Flat));
        Assert.Equal(expected.MaxCellSize, actual.MaxCellSize);
        Assert.Equal(expected.MinCellSize! with { LatestWkid = 4326 }, actual.MinCellSize);

        TrainedSettings settings = actual.Settings!;
        Assert.Equal(Samples.ImageNet.Scale, settings.Normalization.Scale);
        Assert.Equal(Samples.ImageNet.Mean, settings.Normalization.Mean);
        Assert.Equal(Samples.ImageNet.Deviation, settings.Normalization.Deviation);
        Assert.Equal((0.1, 0.3, -4.0, true, 0.25), (settings.CellSize, settings.Dropout, settings.Bias, settings.FocalLoss, settings.LocationLossFactor));
        Assert.Equal(expected.Settings!.Metrics.OrderBy(item => item.Key), settings.Metrics.OrderBy(item => item.Key));
    }

    [Fact]
    public void The_keys_of_the_reference_come_first_in_its_order()
    {
        using JsonDocument document = JsonDocument.Parse(ModelDefinitionWriter.Write(Samples.Definition));

        Assert.Equal(
            ["Framework", "InferenceFunction", "ModelConfiguration", "ModelFile", "ModelType", "ImageHeight", "ImageWidth", "ExtractBands", "Grids", "Zooms", "Ratios", "Classes", "backbone"],
            document.RootElement.EnumerateObject().Take(13).Select(item => item.Name));
        Assert.False(document.RootElement.GetProperty("IsMultispectral").GetBoolean());
        Assert.False(document.RootElement.TryGetProperty("NormalizationStats", out _));
    }

    [Fact]
    public void Equal_definitions_give_equal_text_whatever_the_order_of_metrics()
    {
        Dictionary<string, double> reversed = new(Samples.Definition.Settings!.Metrics.Reverse());
        ModelDefinitionFile other = Samples.Definition with { Settings = Samples.Definition.Settings with { Metrics = reversed } };

        string text = ModelDefinitionWriter.Write(Samples.Definition);

        Assert.Equal(text, ModelDefinitionWriter.Write(other));
        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
        Assert.StartsWith("{\n    \"Framework\": \"arcgis.learn.models._inferencing\",\n", text, StringComparison.Ordinal);
        Assert.Contains("        [\n            1.0,\n            0.5\n        ],\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_and_writing_again_changes_nothing_and_keeps_unknown_keys()
    {
        string text = ModelDefinitionWriter.Write(Samples.Definition);
        string extended = text[..^2] + ",\n    \"Description\": \"of <2019> & \\u00e4\",\n    \"Nested\": {\n        \"a\": [],\n        \"b\": 85.092863510416962\n    }\n}";

        Assert.Equal(text, ModelDefinitionWriter.Write(Parse(text)));
        Assert.Equal(extended, ModelDefinitionWriter.Write(Parse(extended)));
    }

    [Fact]
    public void Other_statistics_are_written_so_that_their_formula_gives_our_numbers()
    {
        Normalization normalization = new(1, [1000, 2000], [50, 70], SampleType.UInt16);
        ModelDefinitionFile definition = Samples.Definition with
        {
            ExtractBands = [0, 3],
            Settings = new TrainedSettings { Normalization = normalization },
        };

        using JsonDocument document = JsonDocument.Parse(ModelDefinitionWriter.Write(definition));

        Assert.True(document.RootElement.GetProperty("IsMultispectral").GetBoolean());
        JsonElement stats = document.RootElement.GetProperty("NormalizationStats");
        double Value(string key) => stats.GetProperty(key)[1].GetDouble();
        double scaled = (2345 - Value("band_min_values")) / (Value("band_max_values") - Value("band_min_values") + 1e-5);
        Assert.Equal((2345 - 2000) / 70.0, (scaled - Value("scaled_mean_values")) / Value("scaled_std_values"), 6);
        Assert.Equal(2000, Value("band_mean_values"));
    }

    [Fact]
    public void A_metric_that_is_not_finite_is_written_as_null()
    {
        TrainedSettings settings = Samples.Definition.Settings! with { Metrics = new Dictionary<string, double> { ["Loss"] = double.NaN } };

        string text = ModelDefinitionWriter.Write(Samples.Definition with { Settings = settings });

        Assert.Contains("\"Loss\": null", text, StringComparison.Ordinal);
        Assert.Equal(double.NaN, Parse(text).Settings!.Metrics["Loss"]);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "type", "is of type 'ImageClassification'" },
        { "weights", "names no file of weights" },
        { "size", "no square chip size" },
        { "grids", "lacks grids" },
        { "zero", "class 0 'a'" },
        { "twice", "value of class 1 'a' more than once" },
        { "same", "name of class 1 'a' more than once" },
        { "none", "has no classes" },
        { "bands", "extracts 2 bands and normalises 3" },
        { "settings", "lacks the settings" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Write_refuses_what_no_reader_could_use(string fault, string message)
    {
        ModelDefinitionFile good = Samples.Definition;
        ClassDefinition a = new(1, "a", [0, 0, 0]);
        ModelDefinitionFile bad = fault switch
        {
            "type" => good with { ModelType = "ImageClassification" },
            "weights" => good with { ModelFile = null },
            "size" => good with { ImageWidth = 200 },
            "grids" => good with { Grids = [] },
            "zero" => good with { Classes = [a with { Value = 0 }] },
            "twice" => good with { Classes = [a, a with { Name = "b" }] },
            "same" => good with { Classes = [a, a with { Value = 2 }] },
            "none" => good with { Classes = [] },
            "bands" => good with { ExtractBands = [0, 1] },
            _ => good with { Settings = null },
        };

        LearnDataException error = Assert.Throws<LearnDataException>(() => ModelDefinitionWriter.Write(bad));

        Assert.Equal("DefinitionInvalid", error.Id);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1.0, "1.0")]
    [InlineData(-4.0, "-4.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(2.155325191644639e-06, "2.155325191644639e-06")]
    [InlineData(1e23, "1e+23")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(100.5, "100.5")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(0.1, "0.1")]
    [InlineData(9.999999999999998, "9.999999999999998")]
    [InlineData(1e-7, "1e-07")]
    [InlineData(0.00123, "0.00123")]
    public void Numbers_look_as_Python_shows_them(double value, string expected) => Assert.Equal(expected, PythonJson.Write(value));

    [Fact]
    public void Single_precision_is_written_in_its_own_shortest_digits() => Assert.Equal("0.003921569", PythonJson.Write(1f / 255));

    private static string Flat(ClassDefinition item) => $"{item.Value} {item.Name} {string.Join(',', item.Color)}";

    private static ModelDefinitionFile Parse(string text) => ModelDefinitionFile.Parse("a.emd", text);
}
