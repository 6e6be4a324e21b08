using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class ClassifierNetworkTests
{
    private const int Chip = 96;
    private const double NoGradient = 1e-10;

    public static TheoryData<string> Cases => [.. Expected.Read("classifiers.json").EnumerateObject().Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Network_equals_its_transcription_in_PyTorch(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        JsonElement expected = Expected.Read("classifiers.json").GetProperty(name);
        using ClassifierNetwork network = Create(name, classes: 5);
        string[] keys = [.. network.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]").Order(StringComparer.Ordinal)];
        Assert.Equal(expected.GetProperty("keys").GetInt32(), keys.Length);
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("\n", keys)))));

        Formula.Fill(network);
        network.eval();
        using Tensor image = Formula.Image(2, network.Options.Bands, Chip);
        expected.Sample("features").AssertEqual(ClassifierNetwork.Pool(network.Backbone, network.Body.call(image)), "features");
        Tensor scores = network.call(image);
        expected.Sample("scores").AssertEqual(scores, "scores");

        using PreparedClassifier prepared = network.Prepare();
        expected.Sample("scores").AssertEqual(prepared.Run(image.data<float>().ToArray(), 2), "prepared");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradients_of_every_parameter_equal_PyTorchs(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("classifier_gradients.json")[index];
        ClassifierOptions options = new() { Backbone = expected.GetProperty("backbone").GetString()!, ChipSize = 64, Classes = 3, Dropout = 0 };
        using ClassifierNetwork network = ClassifierNetwork.Create(options);
        Formula.Fill(network);
        network.to(ScalarType.Float64);
        network.train();
        using ImageLoss loss = new(new ImageLossOptions());

        Tensor total = loss.Compute(network.call(Formula.Image(4, 3, 64).to(ScalarType.Float64)), [[0], [2], [1], [2]]);
        total.backward();

        Assert.Equal(1, total.item<double>() / expected.GetProperty("loss").GetDouble(), 1e-6);
        Dictionary<string, double[]> gradients = expected.GetProperty("gradients").Deserialize<Dictionary<string, double[]>>()!;
        Dictionary<string, Parameter> parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        Assert.Equal(gradients.Keys.Order(StringComparer.Ordinal), parameters.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, double[] sketch) in gradients)
        {
            if (sketch[0] < NoGradient)
            {
                // A batch norm behind it takes away what a bias adds: of its gradient nothing but rounding is left.
                Assert.True(parameters[key].grad!.norm().item<double>() < NoGradient, key);
                continue;
            }

            Sketch.AssertEqual(sketch, parameters[key].grad!, key, 1e-6);
        }
    }

    [Fact]
    public void Few_steps_overfit_one_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        using ClassifierNetwork network = ClassifierNetwork.Create(new ClassifierOptions { Backbone = "mobilenet_v2", ChipSize = 64, Classes = 3, Dropout = 0 }, seed: 1);
        using ImageLoss loss = new(new ImageLossOptions());
        using AdamOptimizer optimizer = new([network.parameters()], weightDecay: 0);
        using Tensor images = Formula.Image(6, 3, 64);
        List<double> values = [];
        for (int step = 0; step < 20; step++)
        {
            values.Add(optimizer.Learn(new TrainingStep(6, () => loss.Compute(network.call(images), [[0], [1], [2], [2], [1], [0]])), [1e-3], 0.9));
        }

        Assert.True(values[^1] < 0.2 * values[0], $"loss went from {values[0]} to {values[^1]}");
    }

    [Fact]
    public void Smoothing_and_weights_are_as_torch_has_them()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = tensor(new float[] { 1, 0, -1, 0.5f, 2, 0 }, [2, 3]);
        using ImageLoss loss = new(new ImageLossOptions { LabelSmoothing = 0.3, ClassWeights = [1, 2, 4] });

        double found = loss.Compute(scores, [[0], [1]]).Number();

        // Of each image −Σ wᵢ tᵢ log pᵢ with t = 0.7 for the class and 0.1 for each, over the weights of the classes.
        double[] first = LogSoftMax(1, 0, -1);
        double[] second = LogSoftMax(0.5, 2, 0);
        double expected = -((0.7 * first[0]) + (0.1 * (first[0] + (2 * first[1]) + (4 * first[2])))
            + (0.7 * 2 * second[1]) + (0.1 * (second[0] + (2 * second[1]) + (4 * second[2])))) / 3;
        Assert.Equal(expected, found, 1e-5);
    }

    [Fact]
    public void Probabilities_of_scores_of_any_size_are_numbers()
    {
        float[][] found = ClassifierEngine.ToProbabilities([1000, 0, -1000, 1, 1, 1], 3, isMultiLabel: false);

        Assert.Equal([1, 0, 0], found[0]);
        Assert.All(found[1], share => Assert.Equal(1 / 3.0, share, 1e-6));
        Assert.Equal([1, 0], ClassifierEngine.ToProbabilities([1000, -1000], 2, isMultiLabel: true)[0]);
    }

    [Fact]
    public void Mixed_images_and_their_loss_are_shares_of_a_pairs()
    {
        using DisposeScope scope = NewDisposeScope();
        ImageClassBatch batch = new(3, 1, 2, [1, 1, 1, 1, 5, 5, 5, 5, 3, 3, 3, 3], [[0], [1], [1]], [0, 1, 2]);
        ImageMix mix = new(0.75);

        mix.Apply(batch);

        Assert.Equal([1.5f, 1.5f, 1.5f, 1.5f, 5, 5, 5, 5, 2.5f, 2.5f, 2.5f, 2.5f], batch.Images);
        Tensor scores = tensor(new float[] { 1, 0, -1, 0.5f, 2, 0 }, [3, 2]);
        using ImageLoss loss = new(new ImageLossOptions());
        double expected = (0.75 * loss.Compute(scores, [[0], [1], [1]]).Number()) + (0.25 * loss.Compute(scores, [[1], [1], [0]]).Number());
        Assert.Equal(expected, mix.Loss(loss, scores, batch.Classes).Number(), 1e-5);
    }

    [Fact]
    public void Shares_come_from_the_beta_distribution_by_seed()
    {
        double[] shares = [.. Enumerable.Range(0, 20_000).Select(step => ImageMix.Draw(0.4, seed: 3, epoch: 1, step).Share)];

        Assert.Equal(1, ImageMix.Draw(0, 3, 1, 0).Share);
        Assert.Equal(shares.Take(50), Enumerable.Range(0, 50).Select(step => ImageMix.Draw(0.4, 3, 1, step).Share));
        Assert.NotEqual(shares[0], ImageMix.Draw(0.4, 4, 1, 0).Share);

        // Mean ½ and variance 1 / (4 (2 a + 1)).
        double mean = shares.Average();
        Assert.Equal(0.5, mean, 0.01);
        Assert.Equal(1 / (4 * 1.8), shares.Average(share => (share - mean) * (share - mean)), 0.005);
    }

    [Fact]
    public void An_image_of_several_classes_has_a_binary_loss_for_each()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = tensor(new float[] { 1, -2, 0.5f, 3 }, [2, 2]);
        using ImageLoss loss = new(new ImageLossOptions { IsMultiLabel = true });

        double found = loss.Compute(scores, [[0, 1], []]).Number();

        double expected = (Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(2)) + Math.Log(1 + Math.Exp(0.5)) + Math.Log(1 + Math.Exp(3))) / 4;
        Assert.Equal(expected, found, 1e-5);
    }

    [Theory]
    [InlineData("vgg16", 16)]
    [InlineData("densenet121", 20)]
    public void A_chip_of_which_nothing_would_be_left_is_refused(string backbone, int chip)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => ClassifierNetwork.Create(new ClassifierOptions { Backbone = backbone, ChipSize = chip, Classes = 2 }));

        Assert.Equal("ChipSize", error.Parameter);
    }

    private static ClassifierNetwork Create(string name, int classes)
    {
        string[] parts = name.Split('/');
        return ClassifierNetwork.Create(new ClassifierOptions
        {
            Backbone = parts[0],
            Bands = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
            ChipSize = Chip,
            Classes = classes,
        });
    }

    private static double[] LogSoftMax(params double[] scores)
    {
        double sum = Math.Log(scores.Sum(Math.Exp));
        return [.. scores.Select(score => score - sum)];
    }
}
