using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class UnetBackendTests
{
    private static readonly FieldsData s_data = new();

    [Fact]
    public void Raw_chips_give_the_scores_of_the_model_itself()
    {
        using UnetEngine model = Fields.Classifier(s_data, loss: new PixelLossPlan { Background = BackgroundPixels.Learn });
        using UnetBackend backend = new(model, batchSize: 4);

        float[] actual = Scores(backend, 16, 17, 18, 19);

        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        Core.Data.PixelBatch batch = s_data.ValidationBatches(CancellationToken.None).First();
        float[] expected = model.Network.call(torch.tensor(batch.Images, [4, 3, 32, 32])).contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4 * (1 + Math.Abs(pair.First))));
        Assert.Equal((32, 3, SampleType.UInt16), (backend.ChipSize, backend.Bands, backend.SampleType));
    }

    /// <summary>A foreign model's ignore_mapped_class: what it never learnt is given to no pixel.</summary>
    [Fact]
    public void A_class_that_was_never_learnt_is_found_nowhere_and_counts_for_nothing()
    {
        using UnetEngine whole = Fields.Classifier(s_data, loss: new PixelLossPlan { Background = BackgroundPixels.Learn });
        string folder = Directory.CreateTempSubdirectory("arclearn-").FullName;
        try
        {
            ModelPackage saved = whole.Save(Path.Combine(folder, "fields"), force: false, CancellationToken.None);
            File.WriteAllText(saved.EmdPath, File.ReadAllText(saved.EmdPath).Replace("\"ignore_mapped_class\": []", "\"ignore_mapped_class\": [0, 2]", StringComparison.Ordinal));
            using UnetEngine model = (UnetEngine)SavedModel.Open(saved.EmdPath, new LearnDataBunch(s_data), LearnDevice.Cpu, CancellationToken.None);
            Assert.Equal((true, "2"), (model.IsBackgroundIgnored, string.Join(' ', model.Options.Loss.IgnoredClasses)));

            ModelAccuracy measured = model.Measure(null, LearnPrecision.Float32, null, CancellationToken.None);
            Assert.Equal(0, measured.Classes[1].Support + measured.Classes[1].Predicted);
            Assert.Equal(1, measured.Accuracy);                     // one class is left, and its pixels alone count
            Assert.True(measured.Count > 0);
            Assert.All(model.Compare(4, null, null, CancellationToken.None).Found, label => Assert.Equal(1, label));

            using UnetBackend backend = new(model, batchSize: 4);
            float[] scores = Scores(backend, 0, 1, 2, 3);
            int plane = 32 * 32;
            Assert.All(Enumerable.Range(0, 12), map => Assert.Equal(map % 3 != 1, scores.AsSpan(map * plane, plane).IndexOfAnyExcept(-1e4f) < 0));
            Assert.Contains("\"ignore_mapped_class\": [\n        0,\n        2\n    ]", Core.Formats.ModelDefinitionWriter.Write(model.Definition.ToFile() with { ModelFile = "fields.pth" }), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Replicas_on_threads_of_their_own_give_equal_bits_wherever_a_chip_lies_in_the_batch()
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using UnetBackend backend = new(model, batchSize: 4);
        float[] expected = Scores(backend, 0, 1, 2, 3);
        int before = torch.get_num_threads();
        float[][] found = new float[3][];

        Thread[] workers = [.. Enumerable.Range(0, found.Length).Select(i => new Thread(() => found[i] = Scores(backend, 3, 2, 1, 0)))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());

        int chip = expected.Length / 4;
        Assert.All(found, scores => Assert.Equal(expected.Chunk(chip), scores.Chunk(chip).Reverse()));
        Assert.Equal(before, torch.get_num_threads());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void Another_batch_shape_scores_the_same_within_a_hundred_thousandth(int batchSize)
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using UnetBackend four = new(model, batchSize: 4);
        using UnetBackend other = new(model, batchSize);
        int chip = 3 * 32 * 32;

        float[] expected = Scores(four, 5, 6, 7, 8)[chip..(2 * chip)];
        float[] actual = Scores(other, [.. Enumerable.Range(5, batchSize)])[chip..(2 * chip)];

        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-5 * (1 + Math.Abs(pair.First))));
    }

    [Fact]
    public void Background_that_was_never_learnt_scores_below_everything()
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using UnetBackend backend = new(model, batchSize: 2);
        int plane = 32 * 32;

        float[] scores = Scores(backend, 0, 1);

        Assert.True(model.IsBackgroundIgnored);
        Assert.All(scores.Chunk(plane).Where((_, i) => i % 3 == 0), chip => Assert.All(chip, score => Assert.Equal(-1e4f, score)));
        Assert.All(scores.Chunk(plane).Where((_, i) => i % 3 > 0), chip => Assert.All(chip, score => Assert.InRange(score, -1e3f, 1e3f)));
    }

    [Fact]
    public void Training_the_model_further_does_not_change_it()
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using UnetBackend backend = new(model, batchSize: 4);
        float[] before = Scores(backend, 0, 1, 2, 3);

        _ = Trainer.Fit(model, new() { Epochs = 1, NoCheckpoint = true }, null, CancellationToken.None).Count();

        Assert.Equal(before, Scores(backend, 0, 1, 2, 3));
    }

    [Fact]
    public void Damaged_weights_are_an_error()
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using (torch.no_grad())
        {
            model.Network.parameters().First().fill_(Scalars.Of(double.NaN));
        }

        using UnetBackend backend = new(model, batchSize: 2);

        Assert.Equal("ModelOutput", Assert.Throws<LearnDataException>(() => Scores(backend, 0, 1)).Id);
    }

    [Fact]
    public void A_batch_of_one_or_of_another_length_is_refused()
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using UnetBackend backend = new(model, batchSize: 4);
        using IPixelReplica replica = backend.CreateReplica();

        Assert.Throws<ArgumentOutOfRangeException>(() => new UnetBackend(model, batchSize: 1));
        Assert.Throws<ArgumentException>(() => replica.Score(new float[2 * 3 * 32 * 32], new float[4 * 3 * 32 * 32]));
        Assert.Throws<ArgumentException>(() => replica.Score(new float[4 * 3 * 32 * 32], new float[2 * 3 * 32 * 32]));
    }

    [Fact]
    public void Scoring_leaves_no_tensors_behind()
    {
        using UnetEngine model = Fields.Classifier(s_data);
        using UnetBackend backend = new(model, batchSize: 4);
        _ = Scores(backend, 0, 1, 2, 3);
        long alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        _ = Scores(backend, 4, 5, 6, 7);

        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static float[] Scores(UnetBackend backend, params int[] items)
    {
        using IPixelReplica replica = backend.CreateReplica();
        float[] scores = new float[items.Length * (backend.Classes.Count + 1) * backend.ChipSize * backend.ChipSize];
        replica.Score([.. items.SelectMany(s_data.Samples)], scores);
        return scores;
    }
}
