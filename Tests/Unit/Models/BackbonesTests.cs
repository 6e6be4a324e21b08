using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class BackbonesTests
{
    [Theory]
    [InlineData("resnet18", 3)]
    [InlineData("resnet18", 5)]
    [InlineData("resnet34", 3)]
    [InlineData("resnet50", 3)]
    [InlineData("resnet101", 3)]
    [InlineData("resnet152", 3)]
    [InlineData("squeezenet1_1", 3)]
    [InlineData("squeezenet1_1", 5)]
    public void Features_equal_torchvisions(string name, int bands)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using Sequential body = Backbones.Get(name).Build(bands);
        Formula.Fill(body, "0.");
        body.eval();

        Tensor features = body.call(Formula.Image(2, bands, 96));

        Expected.Read("backbones.json").Sample($"{name}/{bands}").AssertEqual(features, name);
        Assert.Equal(Backbones.Get(name).Channels, features.shape[1]);
        Assert.Equal(Backbones.Get(name).FeatureSize(96), features.shape[2]);
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("squeezenet1_1")]
    public void FeatureSize_equals_that_of_torchvision_for_every_chip_size(string name)
    {
        foreach (var expected in Expected.Read("sides.json").GetProperty(name).EnumerateObject())
        {
            Assert.Equal(expected.Value.GetInt32(), Backbones.Get(name).FeatureSize(int.Parse(expected.Name, System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    [Theory]
    [InlineData("resnet18", 256)]
    [InlineData("resnet50", 1024)]
    public void A_body_cut_earlier_is_the_whole_one_without_its_last_stage(string name, int channels)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Backbone earlier = Assert.IsType<Backbone>(Backbones.Get(name).Earlier);
        using Sequential whole = Backbones.Get(name).Build(3);
        using Sequential body = earlier.Build(3);
        Formula.Fill(whole, "0.");
        Formula.Fill(body, "0.");
        whole.eval();
        body.eval();

        Tensor features = body.call(Formula.Image(2, 3, 96));

        Assert.Equal([2, channels, 6, 6], features.shape);
        Assert.Equal((channels, 6, 16), (earlier.Channels, earlier.FeatureSize(96), earlier.Stride));
        Assert.True(((Module<Tensor, Tensor>)whole.children().Last()).call(features).allclose(whole.call(Formula.Image(2, 3, 96)), rtol: 1e-5, atol: 1e-6));
        Assert.Null(earlier.MapKey("layer4.0.conv1.weight"));
        Assert.Equal("6.0.conv1.weight", earlier.MapKey("layer3.0.conv1.weight"));
    }

    [Fact]
    public void SqueezeNet_is_cut_before_its_last_pool()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Backbone earlier = Assert.IsType<Backbone>(Backbones.Get("squeezenet1_1").Earlier);
        using Sequential whole = Backbones.Get("squeezenet1_1").Build(3);
        using Sequential body = earlier.Build(3);
        Formula.Fill(whole, "0.");
        Formula.Fill(body, "0.");

        Tensor features = body.call(Formula.Image(2, 3, 96));

        Assert.Equal([2, 256, 11, 11], features.shape);
        Assert.Equal((256, 11, 8), (earlier.Channels, earlier.FeatureSize(96), earlier.Stride));
        Tensor rest = ((Sequential)whole.children().First()).children().Skip(8).Aggregate(features, (x, layer) => ((Module<Tensor, Tensor>)layer).call(x));
        Assert.True(rest.allclose(whole.call(Formula.Image(2, 3, 96)), rtol: 1e-5, atol: 1e-6));
        Assert.Null(earlier.MapKey("features.9.squeeze.weight"));
        Assert.Equal("0.7.squeeze.weight", earlier.MapKey("features.7.squeeze.weight"));
    }

    [Theory]
    [InlineData(224, 14, 2, 256)]
    [InlineData(224, 14, 1, 512)]
    [InlineData(224, 8, 2, 512)]
    [InlineData(320, 14, 2, 512)]
    public void The_second_version_cuts_a_ResNet_earlier_for_grids_much_finer_than_its_features(int chipSize, int grid, int version, int channels)
    {
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = chipSize, Grids = [grid], Classes = 1, Version = version };

        Assert.Equal(channels, Backbones.For(options).Channels);
    }

    [Theory]
    [InlineData("squeezenet1_1", 28, true, true)]
    [InlineData("squeezenet1_1", 14, true, false)]
    [InlineData("squeezenet1_1", 28, false, false)]
    [InlineData("resnet18", 14, false, true)]
    public void A_definition_keeps_where_the_body_is_cut_and_other_programs_cut_ResNets_only(string backbone, int grid, bool isOurs, bool isCut)
    {
        SsdOptions options = new() { Backbone = backbone, ChipSize = 224, Grids = [grid], Classes = 1, Version = 2 };
        SsdDefinition definition = new("cars", options, [new ClassDefinition(1, "car", [255, 0, 0])], new Normalization(1f / 255, [0, 0, 0], [1, 1, 1], SampleType.UInt8), null, null);
        string text = ModelDefinitionWriter.Write(definition.ToFile() with { ModelFile = "cars.pth" });
        string foreign = text.Replace("\"ArcLearn\"", "\"Other\"", StringComparison.Ordinal);

        SsdOptions read = SsdDefinitionFile.Read(ModelDefinitionFile.Parse("cars.emd", isOurs ? text : foreign), "cars", "cars.emd").Options;

        Assert.Equal(isCut, Backbones.IsCut(read));
    }

    [Fact]
    public void FeatureSize_is_zero_for_a_chip_too_small() => Assert.Equal(0, Backbones.Get("squeezenet1_1").FeatureSize(8));

    [Fact]
    public void Get_lists_the_known_names()
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => Backbones.Get("vgg99"));

        Assert.Equal("Backbone", error.Parameter);
        Assert.Contains("resnet18, resnet34, resnet50, resnet101, resnet152, squeezenet1_1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet18", "conv1.weight", "0.weight")]
    [InlineData("resnet18", "layer2.0.downsample.1.running_mean", "5.0.downsample.1.running_mean")]
    [InlineData("resnet18", "fc.weight", null)]
    [InlineData("squeezenet1_1", "features.3.squeeze.weight", "0.3.squeeze.weight")]
    [InlineData("squeezenet1_1", "classifier.1.bias", null)]
    public void MapKey_translates_torchvisions_names(string name, string key, string? expected) =>
        Assert.Equal(expected, Backbones.Get(name).MapKey(key));
}
