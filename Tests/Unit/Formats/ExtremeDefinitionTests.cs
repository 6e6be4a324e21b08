using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Definitions whose numbers are valid JSON and too large to build a network of: each is refused by name before memory is taken.</summary>
public sealed class ExtremeDefinitionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("_DynamicSSD", """ "ImageWidth": 1000000, "ImageHeight": 1000000 """, "has chips of 1000000 pixels (ImageWidth); 8192 at most")]
    [InlineData("_unet", """ "ImageWidth": 1000000, "ImageHeight": 1000000 """, "has chips of 1000000 pixels (ImageWidth); 8192 at most")]
    [InlineData("_FeatureClassifier", """ "ImageWidth": 1000000, "ImageHeight": 1000000 """, "has chips of 1000000 pixels (ImageWidth); 8192 at most")]
    [InlineData("_DynamicSSD", """ "ImageWidth": 1e300, "ImageHeight": 64 """, "ImageWidth is 1e300")]
    [InlineData("_DynamicSSD", """ "Zooms": [1e300] """, "up to 10000; found 1E+300")]
    [InlineData("_DynamicSSD", """ "Ratios": [[1, 1e300]] """, "Ratios are")]
    [InlineData("_DynamicSSD", """ "Grids": [256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256, 256] """, "Grids are 1 to 16 numbers")]
    [InlineData("_DynamicSSD", """ "Grids": [256, 256], "SSDVersion": 2, "Zooms": [1,2,3,4,5,6,7,8,9] """, "make 1179648 anchors; 1048576 at most")]
    [InlineData("_DynamicSSD", """ "Grids": [1], "ImageWidth": 8192, "ImageHeight": 8192 """, "a convolution over 256 x 256 features; up to 64 x 64")]
    [InlineData("_DynamicSSD", """ "ArcLearn": { "Version": 1, "Bands": 2000, "SampleType": "UInt8", "Normalization": { "Scale": 1, "Mean": [@2000], "Deviation": [@2000] } } """, "is of 2000 bands; 1024 at most")]
    [InlineData("_DynamicSSD", """ "ArcLearn": { "Version": 1, "Bands": 99999999, "SampleType": "UInt8", "Normalization": { "Scale": 1, "Mean": [1], "Deviation": [1] } } """, "ArcLearn.Bands is 99999999")]
    [InlineData("_DynamicSSD", """ "ArcLearn": { "Version": 1, "Bands": 1, "SampleType": "UInt8", "Normalization": { "Scale": 1e300, "Mean": [1], "Deviation": [1] } } """, "Scale is not a positive number")]
    [InlineData("_DynamicSSD", """ "ArcLearn": { "Version": 1, "Bands": 1, "SampleType": "UInt8", "Normalization": { "Scale": 1, "Mean": [1e300], "Deviation": [1] } } """, "Mean is 1e300")]
    [InlineData("_FeatureClassifier", """ "ArcLearn": { "Version": 1, "Bands": 1, "SampleType": "UInt8", "Dropout": 5, "Normalization": { "Scale": 1, "Mean": [1], "Deviation": [1] } } """, "Dropout is at least 0")]
    [InlineData("_unet", """ "Classes": [@40000] """, "has 40000 Classes; 32768 at most")]
    [InlineData("_DynamicSSD", """ "Classes": [@30000], "Zooms": [1,2,3,4,5] """, "make 150005 scores; 131072 at most")]
    [InlineData("_unet", """ "ignore_mapped_class": [2147483647] """, "names the class 2147483647 of 1")]
    [InlineData("_DynamicSSD", """ "ModelType": "\u001b[2J" """, "without control characters")]
    public void Numbers_beyond_reason_are_refused_by_name(string configuration, string keys, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => SavedModel.Describe(Write(configuration, keys)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 0, 600);
    }

    [Theory]
    [InlineData("_DynamicSSD", """ "ImageWidth": 1000000, "ImageHeight": 1000000 """)]
    [InlineData("_unet", """ "ImageWidth": 1000000, "ImageHeight": 1000000 """)]
    [InlineData("_unet", """ "ImageWidth": 8192, "ImageHeight": 8192, "Classes": [@30000] """)]
    public void What_cannot_be_used_for_its_size_is_told_all_the_same(string configuration, string keys)
    {
        using ModelPackageReader package = ModelPackageReader.OpenDefinition(Write(configuration, keys));

        LearnModelInfo info = ModelDescription.Info(package, "trees", "", CancellationToken.None);

        Assert.Equal(keys.Contains("8192", StringComparison.Ordinal), info.IsUsable);
        Assert.NotEmpty(info.Arguments);
    }

    [Theory]
    [InlineData("""{ "Value": 1, "ClassValue": 1, "Name": "a", "Name": "a" }""", null)]
    [InlineData("""{ "Value": 1, "Value": 2, "Name": "a" }""", "'Value'")]
    [InlineData("""{ "Value": 1, "Name": "a", "Name": "b" }""", "'Name'")]
    [InlineData("""{ "Value": 1, "Name": "a", "Color": [1, 2, 3], "Color": [3, 2, 1] }""", "'Color'")]
    public void A_class_says_everything_once(string item, string? key)
    {
        Exception? error = Record.Exception(() => ModelDefinitionFile.Parse("a.emd", $$"""{ "Classes": [ {{item}} ] }"""));

        Assert.Equal(key is null, error is null);
        Assert.True(key is null || error!.Message.Contains($"an object that says {key} once", StringComparison.Ordinal), error?.Message);
    }

    [Theory]
    [InlineData(4096, 3, 512)]
    [InlineData(8, 1024, 8192)]
    [InlineData(int.MaxValue, int.MaxValue, 2)]
    public void A_batch_beyond_one_array_is_refused_by_name(int batch, int bands, int side)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => BatchSamples.Count(batch, bands, side));

        Assert.Equal("batch_size", error.Parameter);
        Assert.Equal(8 * 3 * 8192 * 8192, BatchSamples.Count(8, 3, 8192));
    }

    private string Write(string configuration, string keys)
    {
        // @n: so many classes, or numbers.
        keys = System.Text.RegularExpressions.Regex.Replace(keys, "@([0-9]+)", match => string.Join(", ", Enumerable.Range(1, int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))
            .Select(i => keys.Contains("Mean", StringComparison.Ordinal) ? "1" : FormattableString.Invariant($"{{\"Value\":{i}}}"))));
        string[] given = [.. System.Text.Json.JsonDocument.Parse($"{{{keys}}}").RootElement.EnumerateObject().Select(key => key.Name)];
        (string Key, string Value)[] usual =
        [
            ("ImageWidth", "64"), ("ImageHeight", "64"), ("Classes", """[ { "Value": 1, "Name": "a" } ]"""), ("Grids", "[2]"), ("Zooms", "[1]"), ("Ratios", "[[1, 1]]"), ("backbone", "\"resnet18\""),
        ];
        IEnumerable<string> rest = usual.Where(key => !given.Contains(key.Key)).Select(key => $"\"{key.Key}\": {key.Value}");
        File.WriteAllText(_folder.PathOf("trees.emd"), $$"""{ "ModelConfiguration": "{{configuration}}", "ModelFile": "trees.pth", {{keys}}, {{string.Join(", ", rest)}} }""");
        File.WriteAllText(_folder.PathOf("trees.pth"), Samples.W);
        return _folder.PathOf("trees.emd");
    }
}
