using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;
using ArcLearn.Tests.Unit.Models;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Formats;

[Collection(TorchTests.Name)]
public sealed class StateDictsTests : IDisposable
{
    private static readonly SsdOptions s_options = new() { Backbone = "squeezenet1_1", ChipSize = 224, Grids = [4], Classes = 2 };
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_saved_model_loads_into_another_of_its_kind()
    {
        // Kept where Tests/Parity/check_state_dict.py can be told to look.
        string path = Path.Combine(Environment.GetEnvironmentVariable("ARCLEARN_PARITY_OUTPUT") ?? _folder.Root, "resnet18.pth");
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 224, Grids = [4, 2, 1], Classes = 2 };
        using SsdNetwork network = SsdNetwork.Create(options);
        Formula.Fill(network);
        using SsdNetwork other = SsdNetwork.Create(options, seed: 5);

        StateDicts.Save(network, path);
        StateDicts.Load(other, path);

        AssertEqual(network.state_dict(), other.state_dict());
        using WeightsFile file = WeightsFile.Open(path);
        Assert.Equal(
            ["0.0.weight", "0.1.weight", "0.1.bias", "0.1.running_mean", "0.1.running_var", "0.1.num_batches_tracked", "0.4.0.conv1.weight"],
            file.Tensors.Take(7).Select(tensor => tensor.Key));
    }

    [Fact]
    public void A_file_of_other_classes_is_told_by_key_and_changes_nothing()
    {
        string path = Save(s_options with { Classes = 5 });
        using SsdNetwork network = SsdNetwork.Create(s_options);
        using SsdNetwork same = SsdNetwork.Create(s_options);

        LearnDataException error = Assert.Throws<LearnDataException>(() => StateDicts.Load(network, path));

        Assert.Equal("WeightsMismatch", error.Id);
        Assert.Equal(path, error.Target);
        Assert.Contains("1.oconvs.0.oconv1.weight is [54, 256, 3, 3] of Float32, not [27, 256, 3, 3]", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Missing", error.Message, StringComparison.Ordinal);
        AssertEqual(same.state_dict(), network.state_dict());
    }

    [Fact]
    public void A_file_of_another_backbone_lists_the_first_few_keys()
    {
        string path = Save(s_options);
        using SsdNetwork network = SsdNetwork.Create(s_options with { Backbone = "resnet18" });

        LearnDataException error = Assert.Throws<LearnDataException>(() => StateDicts.Load(network, path));

        Assert.Contains("Missing: 0.0.weight; 0.1.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Unexpected: 0.0.0.weight; 0.0.0.bias;", error.Message, StringComparison.Ordinal);
        Assert.Matches("and [0-9]+ more", error.Message);
    }

    [Fact]
    public void Other_types_of_numbers_are_converted_but_integers_are_no_weights()
    {
        string path = _folder.PathOf("halves.pth");
        using SsdNetwork network = SsdNetwork.Create(s_options);
        KeyValuePair<string, TorchArray>[] halves = [.. StateDicts.Capture(network).Select(pair => new KeyValuePair<string, TorchArray>(pair.Key, ToHalf(pair.Value)))];
        TorchFileWriter.Write(path, halves);
        using SsdNetwork other = SsdNetwork.Create(s_options, seed: 2);

        StateDicts.Load(other, path);

        Assert.True(network.state_dict()["0.0.3.squeeze.weight"].allclose(other.state_dict()["0.0.3.squeeze.weight"], rtol: 1e-3));
        halves[0] = new(halves[0].Key, new TorchArray(TorchDataType.Int16, halves[0].Value.Shape, halves[0].Value.Bytes));
        TorchFileWriter.Write(path, halves);
        Assert.Equal("WeightsMismatch", Assert.Throws<LearnDataException>(() => StateDicts.Load(other, path)).Id);
    }

    [Fact]
    public void A_detector_with_other_classes_gives_its_backbone_and_what_fits_of_its_head()
    {
        SsdOptions options = s_options with { Classes = 5 };
        using SsdNetwork source = SsdNetwork.Create(options, seed: 7);
        string path = _folder.PathOf("source.pth");
        StateDicts.Save(source, path);
        using SsdNetwork network = SsdNetwork.Create(s_options, seed: 8);

        IReadOnlyList<string> left = StateDicts.LoadPartly(network, path);

        Assert.Equal(["1.oconvs.0.oconv1.bias", "1.oconvs.0.oconv1.weight"], left.Order(StringComparer.Ordinal));
        AssertEqual(source.state_dict(), network.state_dict(), except: left);
        Assert.Equal(-4, network.state_dict()["1.oconvs.0.oconv1.bias"][0].item<float>());
    }

    [Fact]
    public void A_detector_with_another_backbone_gives_nothing()
    {
        string path = Save(s_options);
        using SsdNetwork network = SsdNetwork.Create(s_options with { Backbone = "resnet18" });

        Assert.Equal("WeightsMismatch", Assert.Throws<LearnDataException>(() => StateDicts.LoadPartly(network, path)).Id);
    }

    [Fact]
    public void Torchvisions_ResNet_goes_into_the_body_without_its_classifier()
    {
        string path = _folder.PathOf("resnet18.pth");
        using SsdNetwork source = SsdNetwork.Create(new SsdOptions { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 }, seed: 3);
        WriteAsTorchvision(source, path, key => key.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        using SsdNetwork network = SsdNetwork.Create(source.Options, seed: 4);
        Tensor head = network.state_dict()["1.sconvs.0.conv.weight"].clone();

        StateDicts.LoadBackbone(network, path);

        AssertEqual(source.Body.state_dict(), network.Body.state_dict());
        Assert.True(head.equal(network.state_dict()["1.sconvs.0.conv.weight"]).all().item<bool>());
    }

    [Fact]
    public void More_bands_share_the_planes_of_the_first_convolution()
    {
        string path = _folder.PathOf("resnet18.pth");
        using SsdNetwork source = SsdNetwork.Create(new SsdOptions { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 }, seed: 3);
        WriteAsTorchvision(source, path);
        using SsdNetwork network = SsdNetwork.Create(source.Options with { Bands = 5 });

        StateDicts.LoadBackbone(network, path);

        Tensor expected = source.state_dict()["0.0.weight"].sum(1);
        Tensor actual = network.state_dict()["0.0.weight"];
        Assert.Equal([64L, 5, 7, 7], actual.shape);
        Assert.True(expected.allclose(actual.sum(1), rtol: 1e-4, atol: 1e-6));
        Assert.True(actual.select(1, 0).equal(actual.select(1, 4)).all().item<bool>());
    }

    [Fact]
    public void Weights_of_another_backbone_are_refused()
    {
        string path = _folder.PathOf("resnet18.pth");
        using SsdNetwork source = SsdNetwork.Create(new SsdOptions { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 });
        WriteAsTorchvision(source, path);
        using SsdNetwork network = SsdNetwork.Create(s_options);

        LearnDataException error = Assert.Throws<LearnDataException>(() => StateDicts.LoadBackbone(network, path));

        Assert.Equal("WeightsMismatch", error.Id);
        Assert.Contains("Are they torchvision's weights of squeezenet1_1?", error.Message, StringComparison.Ordinal);
    }

    [SharedDataFact]
    public void Pretrained_SqueezeNet_fills_the_whole_body()
    {
        string path = SharedData.PathOf("weights", "squeezenet1_1.pth");
        using SsdNetwork network = SsdNetwork.Create(s_options);

        StateDicts.LoadBackbone(network, path);

        using WeightsFile file = WeightsFile.Open(path);
        Dictionary<string, Tensor> state = network.state_dict();
        Assert.Equal(50, state.Keys.Count(key => key.StartsWith("0.", StringComparison.Ordinal)));
        foreach ((string key, _) in file.Tensors.Where(tensor => tensor.Key.StartsWith("features.", StringComparison.Ordinal)))
        {
            Assert.Equal(file.Read(key).ToSingles(), state["0.0." + key["features.".Length..]].data<float>().ToArray());
        }
    }

    private static DisposeScope NewScope()
    {
        ArcLearn.Core.Runtime.TorchRuntime.EnsureLoaded();
        return NewDisposeScope();
    }

    private string Save(SsdOptions options)
    {
        string path = _folder.PathOf("other.pth");
        using SsdNetwork network = SsdNetwork.Create(options);
        StateDicts.Save(network, path);
        return path;
    }

    /// <summary>The body under torchvision's names, with a classifier.</summary>
    private static void WriteAsTorchvision(SsdNetwork network, string path, Func<string, bool>? leaveOut = null)
    {
        string Name(string key) => key[0] switch
        {
            '0' => "conv1" + key[1..],
            '1' => "bn1" + key[1..],
            char stage => $"layer{stage - '3'}{key[1..]}",
        };
        List<KeyValuePair<string, TorchArray>> tensors = [.. StateDicts.Capture(network.Body)
            .Where(pair => !(leaveOut?.Invoke(pair.Key) ?? false))
            .Select(pair => new KeyValuePair<string, TorchArray>(Name(pair.Key), pair.Value))];
        tensors.Add(new("fc.weight", new TorchArray(TorchDataType.Float32, [1], new byte[4])));
        TorchFileWriter.Write(path, tensors);
    }

    private static TorchArray ToHalf(TorchArray array) => array.DataType != TorchDataType.Float32
        ? array
        : new TorchArray(TorchDataType.Float16, array.Shape, [.. array.ToSingles().SelectMany(value => BitConverter.GetBytes((Half)value))]);

    private static void AssertEqual(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> actual, IReadOnlyList<string>? except = null)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string key, Tensor value) in expected)
        {
            if (except?.Contains(key) is not true)
            {
                Assert.True(value.equal(actual[key]).all().item<bool>(), key);
            }
        }
    }
}
