using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Tests.Unit.TestSupport;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Data;

public sealed class DataBunchTests : IDisposable
{
    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_bunch_tells_what_it_holds()
    {
        Fill(10);
        DetectionData data = Build(_folder.Options() with { ValidationFraction = 0.2, Seed = 7 });

        LearnDataBunch bunch = new(data);
        Assert.Equal((8, 2, 0, "Spatial"), (bunch.TrainingChips, bunch.ValidationChips, bunch.DroppedChips, bunch.Split));
        Assert.Equal((32, 2, 3, 7), (bunch.ChipSize, bunch.BatchSize, bunch.Bands, bunch.Seed));
        Assert.Equal(["Palm", "Pool"], bunch.Classes.Select(c => c.Name));
        Assert.Equal([_folder.Root], bunch.Path);
        Assert.Equal("PASCAL_VOC_rectangles", bunch.DatasetType);
        Assert.Equal(1, data.CellSize);
    }

    [Theory]
    [InlineData(2, long.MaxValue)]
    [InlineData(5, long.MaxValue)]
    [InlineData(3, 0)]                          // nothing is kept: every chip is decoded anew, and only in part
    [InlineData(3, 10_000)]                     // some are
    public void Batches_do_not_depend_on_workers_or_on_what_is_kept(int workers, long cache)
    {
        Random random = new(1);
        for (int i = 0; i < 9; i++)
        {
            byte[] noise = new byte[3 * 48 * 40];
            random.NextBytes(noise);
            _folder.Add(Object(1, 4, 4, 30, 30) + Object(2, 20, 10, 38, 36), 48, 40, sample: (b, r, c) => noise[(((b * 40) + r) * 48) + c]);
        }

        _folder.Finish();
        DataBunchOptions options = _folder.Options() with
        {
            Transform = new LearnTransform { Zoom = new(0.5, 1, 1.5), Rotation = new(0.5, -180, 180) }, Workers = 1, ValidationFraction = 0.3,
        };
        DetectionData one = Build(options);
        DetectionData other = Build(options with { Workers = workers, CacheBytes = cache });

        foreach (int epoch in new[] { 1, 2 })
        {
            AssertEqual(one.TrainingBatches(epoch, default), other.TrainingBatches(epoch, default));
        }

        AssertEqual(one.ValidationBatches(default), other.ValidationBatches(default));
    }

    [Fact]
    public void Epochs_and_seeds_change_order_and_pictures()
    {
        Fill(12);
        DetectionData data = Build(_folder.Options());

        List<DetectionBatch> first = [.. data.TrainingBatches(1, default)];
        List<DetectionBatch> second = [.. data.TrainingBatches(2, default)];
        Assert.Equal(6, first.Count);
        Assert.Equal(Enumerable.Range(0, 12), first.SelectMany(b => b.Items).Order());
        Assert.NotEqual(first.SelectMany(b => b.Items), second.SelectMany(b => b.Items));
        Assert.NotEqual(
            first.SelectMany(b => b.Items), Build(_folder.Options() with { Seed = 1 }).TrainingBatches(1, default).SelectMany(b => b.Items));
        AssertEqual(first, data.TrainingBatches(1, default));
    }

    [Fact]
    public void Training_leaves_a_short_batch_out_and_validation_keeps_it()
    {
        Fill(10);
        DetectionData data = Build(_folder.Options() with { ValidationFraction = 0.3, BatchSize = 4 });

        Assert.Equal([4], data.TrainingBatches(1, default).Select(b => b.Count));
        Assert.Equal([3], data.ValidationBatches(default).Select(b => b.Count));
        Assert.Equal([4, 4, 2], data.AllBatches(default).Select(b => b.Count));
        Assert.Equal([0, 1, 2], data.ValidationBatches(default).SelectMany(b => b.Items));
    }

    [Fact]
    public void Photographs_are_normalised_as_imagenet_and_the_middle_is_validated()
    {
        _folder.Add(Object(1, 20, 10, 30, 30), 48, 40, sample: (b, r, c) => b == 1 && r == 4 && c == 8 ? 255 : 0);
        _folder.Finish();
        DetectionData data = Build(_folder.Options() with { ValidationFraction = 1 });

        DetectionBatch batch = Assert.Single(data.ValidationBatches(default));
        Assert.Equal(1 / 255f, data.Normalization.Scale);
        Assert.Equal(-0.485f / 0.229f, batch.Images[0], 4);
        Assert.Equal((1 - 0.456f) / 0.224f, batch.Images[1024], 4);             // pixel (4, 8) is the corner of the middle 32 × 32
        Assert.Equal(-0.456f / 0.224f, batch.Images[1025], 4);
        Assert.Equal(new BoxLabel(6 / 32f, 12 / 32f, 26 / 32f, 22 / 32f, 1), Assert.Single(batch.Boxes[0]));
    }

    [Fact]
    public void Other_chips_are_normalised_by_their_own_statistics()
    {
        for (int i = 0; i < 4; i++)
        {
            int chip = i;
            _folder.Add(Object(1, 4, 4, 20, 20), bands: 5, type: SampleType.UInt16, sample: (b, r, _) => b == 4 ? 77 : (b * 1000) + (chip * 10) + r);
        }

        _folder.Finish();
        DetectionData data = Build(_folder.Options());

        Assert.Equal((1f, SampleType.UInt16, 5), (data.Normalization.Scale, data.Normalization.SampleType, data.Bands));
        Assert.Equal([30.5f, 1030.5f, 2030.5f, 3030.5f, 77], data.Normalization.Mean);
        Assert.Equal(Math.Sqrt(125 + (1023 / 12.0)), data.Normalization.Deviation[1], 3);
        Assert.Equal(1, data.Normalization.Deviation[4]);
        float[] all = [.. data.AllBatches(default).SelectMany(b => Enumerable.Range(0, b.Count).SelectMany(i => b.Images.Skip((i * 5 * 1024) + 1024).Take(1024)))];
        Assert.Equal(0, all.Average(), 4);
        Assert.Equal(1, all.Average(v => v * v), 4);
    }

    [Fact]
    public void Statistics_can_be_asked_for_and_imagenet_refused()
    {
        _folder.Add(Object(1, 4, 4, 20, 20), sample: (b, _, c) => b + (c % 2 * 10));
        _folder.Finish();
        Assert.Equal([5f, 6f, 7f], Build(_folder.Options() with { Normalization = NormalizationKind.Dataset, BatchSize = 1 }).Normalization.Mean);

        using ChipFolder grey = new();
        grey.Add(Object(1, 4, 4, 20, 20), bands: 1);
        grey.Finish();
        Assert.Equal("Normalization", Assert.Throws<LearnArgumentException>(() => Build(grey.Options() with { Normalization = NormalizationKind.ImageNet, BatchSize = 1 })).Parameter);
    }

    [Fact]
    public void Several_folders_make_one_bunch_with_classes_by_name()
    {
        _folder.Add(Object(2, 4, 4, 20, 20), corner: (0, 0), sub: "a");
        _folder.Finish("a");
        _folder.Add(Object(2, 4, 4, 20, 20), corner: (900, 0), sub: "b");
        _folder.Finish("b", emd: """{"Classes":[{"Value":1,"Name":"Pool"},{"Value":2,"Name":"Palm"}]}""");

        DetectionData data = Build(_folder.Options("a", "b"));

        Assert.Equal(["1 Palm", "2 Pool"], data.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal([2, 1], data.AllBatches(default).SelectMany(b => b.Boxes).Select(b => b[0].Label));
    }

    [Fact]
    public void The_mapping_leaves_out_boxes_of_other_classes()
    {
        _folder.Add(Object(1, 4, 4, 20, 20) + Object(2, 8, 8, 20, 20));
        _folder.Finish();

        DetectionData data = Build(_folder.Options() with { BatchSize = 1, ClassMapping = new Dictionary<string, string> { ["2"] = "Basin" } });

        Assert.Equal(["2 Basin"], data.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal(8 / 32f, Assert.Single(Assert.Single(data.AllBatches(default)).Boxes[0]).XMin);
    }

    [Fact]
    public void Without_georeference_the_split_is_random_with_a_warning()
    {
        for (int i = 0; i < 10; i++)
        {
            _folder.Add(Object(1, 4, 4, 20, 20));
        }

        _folder.Finish();
        DetectionData data = Build(_folder.Options() with { ValidationFraction = 0.2 });

        Assert.Equal((8, 2, "Random"), (data.TrainingChips, data.ValidationChips, data.Split));
        Assert.Null(data.CellSize);
        Assert.Single(_folder.Warnings, w => w.Contains("split at random", StringComparison.Ordinal));
    }

    [Fact]
    public void Overlapping_chips_are_split_by_space_and_the_border_is_counted()
    {
        for (int i = 0; i < 64; i++)
        {
            _folder.AddAt(i % 8 * 16, -(i / 8) * 16);
        }

        _folder.Finish();
        DetectionData data = Build(_folder.Options() with { ValidationFraction = 0.2 });

        Assert.Equal("Spatial", data.Split);
        Assert.True(data.DroppedChips > 0);
        Assert.Equal(64, data.TrainingChips + data.ValidationChips + data.DroppedChips);
        Assert.Contains(_folder.Warnings, w => w.StartsWith("Split by space", StringComparison.Ordinal) && w.Contains($"{data.DroppedChips} dropped", StringComparison.Ordinal));
        Assert.Equal(0, Build(_folder.Options() with { ValidationFraction = 0.2, Split = DataSplit.Random }).DroppedChips);
    }

    [Fact]
    public void A_class_that_is_missing_on_one_side_is_told()
    {
        for (int i = 0; i < 6; i++)
        {
            _folder.Add(Object(1, 4, 4, 20, 20) + (i < 3 ? Object(2, 4, 4, 20, 20) : ""), corner: (i < 3 ? i : 100 + (i * 100), 0));
        }

        _folder.Finish();
        Build(_folder.Options() with { ValidationFraction = 0.5, Seed = 3 });

        Assert.Contains(_folder.Warnings, w => w.StartsWith("1 class(es) have no object among the", StringComparison.Ordinal) && w.Contains("chips: Pool.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_batch_shrinks_to_the_chips_and_an_asked_one_does_not()
    {
        Fill(6);
        Assert.Equal(6, Build(_folder.Options() with { BatchSize = null }).BatchSize);
        Assert.Single(_folder.Warnings, w => w.Contains("a batch holds 6 instead of 64", StringComparison.Ordinal));

        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => Build(_folder.Options() with { BatchSize = 8 }));
        Assert.Equal("BatchSize", error.Parameter);
        Assert.Contains("6 training chip(s)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 224)]
    [InlineData(64, 64)]
    public void The_default_chip_size_is_224_or_that_of_smaller_chips(int side, int expected)
    {
        _folder.Add(Object(1, 4, 4, 20, 20), side, side + 9, bands: 1);
        _folder.Finish();

        Assert.Equal(expected, Build(_folder.Options() with { ChipSize = null, BatchSize = 1 }).ChipSize);
    }

    [Fact]
    public void Small_chips_are_enlarged_with_their_boxes_and_their_cell_size()
    {
        _folder.AddAt(0, 0, side: 32);
        _folder.Finish();

        DetectionData data = Build(_folder.Options() with { ChipSize = 64, BatchSize = 1 });

        Assert.Equal(0.5, data.CellSize);
        Assert.Equal(new BoxLabel(4 / 32f, 4 / 32f, 20 / 32f, 20 / 32f, 1), data.AllBatches(default).Single().Boxes[0][0]);
    }

    [Fact]
    public void Input_that_does_not_fit_is_refused_by_name()
    {
        Fill(4);
        DataBunchOptions good = _folder.Options();
        (string Parameter, DataBunchOptions Options)[] bad =
        [
            ("Path", good with { Paths = [] }),
            ("ValidationFraction", good with { ValidationFraction = 1.01 }),
            ("ValidationFraction", good with { ValidationFraction = double.NaN }),
            ("ChipSize", good with { ChipSize = 0 }),
            ("BatchSize", good with { BatchSize = 0 }),
            ("ClassMapping", good with { ClassMapping = new Dictionary<string, string> { ["9"] = "x" } }),
        ];

        foreach ((string parameter, DataBunchOptions options) in bad)
        {
            Assert.Equal(parameter, Assert.Throws<LearnArgumentException>(() => Build(options)).Parameter);
        }
    }

    [Fact]
    public void Chips_that_are_not_alike_and_chips_without_objects_are_refused()
    {
        _folder.Add("");
        _folder.Finish();
        Assert.Equal("NoLabels", Assert.Throws<LearnDataException>(() => Build(_folder.Options())).Id);

        using ChipFolder mixed = new();
        mixed.Add(Object(1, 4, 4, 20, 20));
        mixed.Add(Object(1, 4, 4, 20, 20), bands: 4);
        mixed.Finish();
        Assert.Equal("MixedChips", Assert.Throws<LearnDataException>(() => Build(mixed.Options())).Id);
    }

    [Fact]
    public void A_chip_that_cannot_be_read_ends_the_epoch_with_its_name()
    {
        Fill(8);
        bool isBroken = false;
        DetectionData data = Build(_folder.Options() with { Files = new FaultyFileSystem { IsUnreadable = p => isBroken && p.EndsWith("000000003.tif", StringComparison.Ordinal) } });
        isBroken = true;

        IOException error = Assert.Throws<IOException>(() => data.TrainingBatches(1, default).Count());
        Assert.Contains("000000003.tif", error.Message, StringComparison.Ordinal);

        isBroken = false;
        Assert.Equal(4, data.TrainingBatches(1, default).Count());
    }

    [Fact]
    public void A_chip_that_was_replaced_is_an_error()
    {
        Fill(2);
        DetectionData data = Build(_folder.Options());
        using ChipFolder other = new();
        other.Add("", 16, 16);
        File.Copy(Path.Combine(other.Root, "images", "000000000.tif"), Path.Combine(_folder.Root, "images", "000000000.tif"), overwrite: true);

        Assert.Contains("has changed", Assert.Throws<LearnFormatException>(() => data.AllBatches(default).Count()).Message, StringComparison.Ordinal);
    }

    private void Fill(int chips)
    {
        for (int i = 0; i < chips; i++)
        {
            _folder.AddAt(i * 100, 0);
        }

        _folder.Finish();
    }

    private static DetectionData Build(DataBunchOptions options) => (DetectionData)DataBunchBuilder.Build(options);

    private static void AssertEqual(IEnumerable<DetectionBatch> expected, IEnumerable<DetectionBatch> actual)
    {
        DetectionBatch[] left = [.. expected];
        DetectionBatch[] right = [.. actual];
        Assert.NotEmpty(left);
        Assert.Equal(left.Length, right.Length);
        for (int i = 0; i < left.Length; i++)
        {
            Assert.Equal(left[i].Items, right[i].Items);
            Assert.Equal(left[i].Boxes, right[i].Boxes);
            Assert.True(left[i].Images.AsSpan().SequenceEqual(right[i].Images), $"The pictures of batch {i} differ.");
        }
    }
}
