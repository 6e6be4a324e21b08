using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class HeadStartTests
{
    private const int Channels = 4;
    private const int Images = 40;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_head_that_has_begun_tells_images_apart_that_it_has_not_seen(bool isMultiLabel)
    {
        using DisposeScope scope = NewDisposeScope();
        using Sequential head = ClassifierHead.Build(Channels, classes: 2, dropout: 0.5);
        (Tensor seen, int[][] classes) = Features(seed: 1, isMultiLabel);
        (Tensor unseen, int[][] truth) = Features(seed: 2, isMultiLabel);

        HeadStart.Apply(head, seen, classes, isMultiLabel, seed: 7);

        float[][] found = ClassifierEngine.ToProbabilities(Scores(head, unseen), 2, isMultiLabel);
        int right = found.Where((one, i) => Enumerable.Range(0, 2).All(c => (one[c] >= 0.5f) == truth[i].Contains(c))).Count();
        Assert.True(right >= 0.9 * Images, $"{right} of {Images}");
    }

    [Theory]
    [InlineData("too few")]
    [InlineData("one class")]
    [InlineData("all alike")]
    [InlineData("no numbers")]
    public void Where_nothing_can_be_told_the_head_stays_as_it_was_drawn(string what)
    {
        using DisposeScope scope = NewDisposeScope();
        using Sequential head = ClassifierHead.Build(Channels, classes: 2, dropout: 0.5);
        (Tensor features, int[][] classes) = Features(seed: 1, isMultiLabel: false);
        float[] before = Scores(head, features);

        (Tensor given, int[][] labels) = what switch
        {
            "too few" => (features[TensorIndex.Slice(0, 3)], classes[..3]),
            "one class" => (features, [.. classes.Select(_ => new[] { 1 })]),
            "all alike" => (zeros_like(features), classes),
            _ => (full_like(features, Scalars.Of(double.NaN)), classes),
        };
        HeadStart.Apply(head, given, labels, isMultiLabel: false, seed: 7);

        Assert.Equal(before, Scores(head, features));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(703, 4)]
    [InlineData(1024, 3)]
    [InlineData(2048, 1)]
    public void Of_few_images_each_is_looked_at_more_often(int images, int views) => Assert.Equal(views, HeadStart.Views(images));

    [Fact]
    public void Views_of_an_image_count_as_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using Sequential head = ClassifierHead.Build(Channels, classes: 2, dropout: 0.5);
        (Tensor features, int[][] classes) = Features(seed: 1, isMultiLabel: false);
        float[] before = Scores(head, features);
        Tensor few = features[TensorIndex.Slice(0, 4)];

        HeadStart.Apply(head, cat([few, few.Plus(0.01)], 0), [.. classes[..4], .. classes[..4]], isMultiLabel: false, seed: 7, views: 2);
        Assert.Equal(before, Scores(head, features));

        (Tensor other, _) = Features(seed: 3, isMultiLabel: false);
        HeadStart.Apply(head, cat([features, other], 0), [.. classes, .. classes], isMultiLabel: false, seed: 7, views: 2);
        (Tensor unseen, int[][] truth) = Features(seed: 2, isMultiLabel: false);
        float[][] found = ClassifierEngine.ToProbabilities(Scores(head, unseen), 2, isMultiLabel: false);
        int right = found.Where((one, i) => one[truth[i][0]] >= 0.5f).Count();
        Assert.True(right >= 0.9 * Images, $"{right} of {Images}");
    }

    /// <summary>What the head sees of images whose first column tells of the first class, and whose second of the second.</summary>
    private static (Tensor Features, int[][] Classes) Features(int seed, bool isMultiLabel)
    {
        Random random = new(seed);
        float[] values = [.. Enumerable.Range(0, Images * 2 * Channels).Select(_ => (float)random.NextDouble())];
        int[][] classes = new int[Images][];
        for (int i = 0; i < Images; i++)
        {
            classes[i] = isMultiLabel ? [.. Enumerable.Range(0, 2).Where(c => (i >> c) % 2 == 0)] : [i % 2];
            foreach (int c in classes[i])
            {
                values[(i * 2 * Channels) + c] += 2;
            }
        }

        return (tensor(values, [Images, 2 * Channels]), classes);
    }

    private static float[] Scores(Sequential head, Tensor features)
    {
        using IDisposable inference = inference_mode();
        head.eval();
        return TensorCopy.Samples(head.children().Skip(2).Cast<nn.Module<Tensor, Tensor>>().Aggregate(features, (x, layer) => layer.call(x))).ToArray();
    }
}
