using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

public sealed class ModelDefinitionFileTests
{
    [Theory]
    [InlineData("Value", "Name")]
    [InlineData("ClassValue", "ClassName")]
    public void Parse_reads_classes_in_both_spellings(string value, string name)
    {
        ModelDefinitionFile actual = Parse($$"""{ "Classes": [ { "{{value}}": 7, "{{name}}": "Palm", "Color": [255, 0, 9] } ] }""");

        ClassDefinition only = Assert.Single(actual.Classes);
        Assert.Equal((7, "Palm"), (only.Value, only.Name));
        Assert.Equal([255, 0, 9], only.Color);
    }

    [Theory]
    [InlineData("[-1, -1, -1]")]
    [InlineData("[300, 0, 0]")]
    [InlineData("null")]
    [InlineData("\"red\"")]
    public void Parse_takes_an_unusable_colour_for_none(string color)
    {
        ModelDefinitionFile actual = Parse($$"""{ "Classes": [ { "Value": "2", "Name": null, "Color": {{color}} } ] }""");

        Assert.Equal([-1, -1, -1], actual.Classes[0].Color);
        Assert.Equal((2, "2"), (actual.Classes[0].Value, actual.Classes[0].Name));
    }

    [Theory]
    [InlineData("256", 256)]
    [InlineData("\"256\"", 256)]
    [InlineData("256.0", 256)]
    [InlineData("\"e.g. 256\"", null)]
    [InlineData("null", null)]
    public void Parse_reads_a_height_as_number_or_text_and_examples_as_nothing(string written, int? expected) =>
        Assert.Equal(expected, Parse($$"""{ "ImageHeight": {{written}} }""").ImageHeight);

    [Fact]
    public void Parse_of_an_empty_object_knows_nothing_and_invents_nothing()
    {
        ModelDefinitionFile actual = Parse("{}");

        Assert.Null(actual.Framework);
        Assert.Null(actual.ModelType);
        Assert.Null(actual.ModelFile);
        Assert.Null(actual.Settings);
        Assert.Empty(actual.Classes);
        Assert.Empty(actual.ExtractBands);
        Assert.Equal("", actual.EffectiveModelType);
        Assert.Equal(1, actual.SsdVersion);
    }

    [Theory]
    [InlineData("""{ "ModelType": "ObjectionDetection" }""", "ObjectDetection")]
    [InlineData("""{ "ModelConfiguration": "_DynamicSSD" }""", "ObjectDetection")]
    [InlineData("""{ "ModelConfiguration": "_unet" }""", "ImageClassification")]
    [InlineData("""{ "ModelConfiguration": "_classifier" }""", "ObjectClassification")]
    [InlineData("""{ "ModelConfiguration": { "Name": "MaskRCNN" } }""", "")]
    public void The_model_type_is_read_through_its_misspelling_or_from_the_configuration(string text, string expected) =>
        Assert.Equal(expected, Parse(text).EffectiveModelType);

    [Fact]
    public void Parse_keeps_unknown_keys_in_order_and_the_last_of_a_repeated_one()
    {
        ModelDefinitionFile actual = Parse("""{ "B": 1, "ModelFile": "x", "A": {"C": [2]}, "B": 3 }""");

        Assert.Equal(["B", "A"], actual.Other.Select(item => item.Key));
        Assert.Equal("3", actual.Other[0].Value.GetRawText());
        Assert.Equal("""{"C": [2]}""", actual.Other[1].Value.GetRawText());
    }

    [Fact]
    public void Parse_reads_what_Python_writes_for_numbers_that_are_not_finite()
    {
        ModelDefinitionFile actual = Parse("""{ "loss": NaN, "text": "NaN \" -Infinity", "list": [-Infinity, Infinity], "ImageWidth": NaN }""");

        Assert.Equal(["null", "\"NaN \\\" -Infinity\"", "[null, null]"], actual.Other.Select(item => item.Value.GetRawText()));
        Assert.Null(actual.ImageWidth);
    }

    [Fact]
    public void Parse_takes_the_backbone_from_either_place()
    {
        Assert.Equal("resnet18", Parse("""{ "backbone": "resnet18" }""").Backbone);
        Assert.Equal("resnet50", Parse("""{ "ModelParameters": { "backbone": "resnet50", "backend": "pytorch" } }""").Backbone);
    }

    [Fact]
    public void Parse_tells_band_names_from_band_numbers()
    {
        Assert.Equal([3, 0], Parse("""{ "ExtractBands": [3, 0] }""").ExtractBands);
        Assert.Equal(["Red", "NearInfrared"], Parse("""{ "ExtractBands": ["Red", "NearInfrared"] }""").ExtractBandNames);
    }

    [Theory]
    [InlineData("{\n\"Grids\": [4,\n2", 3, "not valid JSON")]
    [InlineData("{\n\"Grids\": oops }", 2, "not valid JSON")]
    [InlineData("[1]", 1, "not an object")]
    [InlineData("{\n\"ImageHeight\": -3 }", 2, "ImageHeight is -3, which is not a whole number from 1")]
    [InlineData("{\n\n\"Grids\": [4, 0] }", 3, "Grids is 0, which is not")]
    [InlineData("{ \"Zooms\": [\"a\"] }", 1, "Zooms is \"a\", which is not a positive number")]
    [InlineData("{ \"Ratios\": [[1, 0]] }", 1, "Ratios is [1, 0], which is not a pair")]
    [InlineData("{ \"ExtractBands\": [0, \"Red\"] }", 1, "ExtractBands is \"Red\"")]
    [InlineData("{ \"x\": {\"Classes\": 0},\n \"Classes\": [{\"Name\": \"a\"}] }", 2, "Classes is {\"Name\": \"a\"}")]
    [InlineData("{ \"ModelFile\": 5 }", 1, "ModelFile is 5, which is not text")]
    [InlineData("{ \"SSDVersion\": 3 }", 1, "SSDVersion is 3")]
    [InlineData("{ \"ArcLearn\": {\"Version\": 2} }", 1, "ArcLearn.Version is 2, newer than")]
    [InlineData("{\n \"ArcLearn\": {\"Version\": 1, \"SampleType\": \"0\"} }", 2, "ArcLearn.SampleType is '0'")]
    [InlineData("{ \"ArcLearn\": {\"Version\": 1, \"SampleType\": \"UInt8\", \"Bands\": 2, \"Normalization\": {\"Scale\": 1, \"Mean\": [1], \"Deviation\": [1, 2]}} }", 1, "1 means and 2 deviations for 2 bands")]
    [InlineData("{ \"ArcLearn\": {\"Version\": 1, \"SampleType\": \"UInt8\", \"Bands\": 1, \"Normalization\": {\"Scale\": 1, \"Mean\": [1], \"Deviation\": [0]}} }", 1, "ArcLearn.Normalization.Deviation is 0")]
    public void Parse_names_the_line_and_what_it_found(string text, int line, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => Parse(text));

        Assert.Equal("a.emd", error.Path);
        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_refuses_what_is_too_deep_too_large_or_not_Unicode()
    {
        Assert.Null(Record.Exception(() => Parse("{\"a\":" + new string('[', 63) + new string(']', 63) + "}")));
        Assert.Throws<LearnFormatException>(() => Parse("{\"a\":" + new string('[', 64) + new string(']', 64) + "}"));
        Assert.Throws<LearnFormatException>(() => Parse("{}" + new string(' ', ModelDefinitionFile.MaximumLength)));
        Assert.Throws<LearnFormatException>(() => Parse("""{ "ModelFile": "\ud800" }"""));
    }

    [Fact]
    public void A_cell_size_names_its_system_as_Esri_does()
    {
        Assert.Equal(new CellSizeDefinition(0.5, 0.5, 102100, 3857), CellSizeDefinition.Of(0.5, 3857));
        Assert.Equal(new CellSizeDefinition(0.1, 0.1, 32618, 32618), CellSizeDefinition.Of(0.1, 32618));
        Assert.Null(CellSizeDefinition.Of(1, null).Wkid);
    }

    [SharedDataFact]
    public void Every_definition_of_other_programs_parses_to_its_classes()
    {
        string root = SharedData.PathOf("esri_samples");
        Dictionary<string, ModelDefinitionFile> actual = Directory.EnumerateFiles(root, "*.emd", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(root, path).Replace('\\', '/'), path => ModelDefinitionFile.Read(LocalFileSystem.Instance, path));

        Assert.Equal(15, actual.Count);
        ModelDefinitionFile unet = actual["daremitsu1_unet/models/30e/30e.emd"];
        Assert.Equal(("resnet34", 400, "30e.pth", 2), (unet.Backbone, unet.ImageWidth, unet.ModelFile, unet.Classes.Count));
        ModelDefinitionFile template = actual["phragmites_export/train/esri_model_definition.emd"];
        Assert.Null(template.ImageHeight);
        Assert.Null(template.ModelType);
        Assert.Null(template.ModelConfiguration);
        Assert.Equal(["Water", "Soil", "NPV", "Algae", "Bulrush", "Cattail", "Phragmites"], template.Classes.Select(item => item.Name));
        Assert.Equal("MaskRCNN", actual["esri__mask_rcnn.emd"].ModelConfiguration);
        Assert.Equal(0, actual["esri__pytorch_fastai_ssd.emd"].Classes[0].Value);
        Assert.Equal(4326, actual["esri__TextSAM.emd"].MinCellSize!.Wkid);
        Assert.Null(actual["esri__TextSAM.emd"].ModelFile);
        Assert.Equal(4000, actual["drawinggui_export/data/esri_model_definition.emd"].ImageHeight);
    }

    [Fact]
    public void Parse_reads_typographic_quotes_and_single_backslashes_as_they_were_meant()
    {
        ModelDefinitionFile actual = Parse("""{ “Framework” :”TensorFlow”, "InferenceFunction":”[functions]System\DeepLearning\ImageClassifier.py”, “ModelFile”:”\\a\new\frozen.pb” }""");

        Assert.Equal(("TensorFlow", @"[functions]System\DeepLearning\ImageClassifier.py", @"\a\new\frozen.pb"), (actual.Framework, actual.InferenceFunction, actual.ModelFile));
        Assert.Equal("a “b”", Parse("""{ "Framework": "a “b”" }""").Framework);            // text within JSON that is sound stays
        Assert.Contains("not valid JSON", Assert.Throws<LearnFormatException>(() => Parse("{ “Framework” : oops }")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "ModelFile": "a", "ModelFile": "b" }""")]
    [InlineData("""{ "Classes": [], "x": 1, "Classes": [ { "Value": 1 } ] }""")]
    public void Parse_refuses_a_key_with_two_values(string text) =>
        Assert.Contains("is there more than once", Assert.Throws<LearnFormatException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_takes_a_key_that_says_the_same_twice() => Assert.Equal("a", Parse("""{ "ModelFile": "a", "ModelFile": "a" }""").ModelFile);

    [SharedDataFact]
    public void The_reference_texts_example_of_a_definition_parses_to_its_classes()
    {
        string text = File.ReadAllText(Path.Combine(SharedData.PathOf(".."), "arcgis-learn-reference.txt"));
        int start = text.IndexOf("model.from_json(", StringComparison.Ordinal) + "model.from_json(".Length;
        ModelDefinition actual = ModelDescription.FromJson(text[start..text.IndexOf("})", start, StringComparison.Ordinal)] + "}", hasLines: true, null, "/models");

        Assert.Equal(("TensorFlow", "DeepLab", 513, 513, "frozen_inference_graph"), (actual.Framework, actual.ModelConfiguration, actual.ImageWidth, actual.ImageHeight, actual.Name));
        Assert.Equal(["Evergreen Forest", "Grassland/Herbaceous", "Bare Land", "Open Water", "Scrub/Shrub", "Impervious Surface"], actual.Classes.Select(item => item.Name));
    }

    [SharedDataFact]
    public void Every_definition_of_other_programs_is_told_what_it_needs()
    {
        LearnModelInfo[] actual = [.. Directory.EnumerateFiles(SharedData.PathOf("esri_samples"), "*.emd", SearchOption.AllDirectories).Select(path =>
        {
            using ModelPackageReader package = ModelPackageReader.OpenDefinition(path);
            return ModelDescription.Info(package, package.Name, path, default);
        })];

        Assert.Equal(15, actual.Length);
        Assert.All(actual, info => Assert.False(info.IsUsable));        // none has its weights here
        Assert.All(actual, info => Assert.NotEmpty(info.Reason));
        LearnModelInfo unet = Assert.Single(actual, info => info.Name == "30e");
        Assert.Contains("'30e.pth' is not in the package", unet.Reason, StringComparison.Ordinal);
        Assert.Equal(["padding=100", "batch_size=8", "predict_background=True", "test_time_augmentation=False", "tile_size=400"], unet.Arguments.Select(argument => $"{argument.Name}={argument.Default}"));
        Assert.Equal((3, 400), (unet.Bands, unet.ImageWidth));
        Assert.Contains("\"Name\": \"30e\"", unet.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "-Json, line 3: ImageWidth")]
    [InlineData(false, "-Json: ImageWidth")]
    public void A_table_has_no_lines_that_an_error_could_name(bool hasLines, string start)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => ModelDescription.FromJson("{\n\"ModelFile\": \"a.pth\",\n\"ImageWidth\": -1}", hasLines, null, "/models"));

        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
    }

    private static ModelDefinitionFile Parse(string text) => ModelDefinitionFile.Parse("a.emd", text);
}
