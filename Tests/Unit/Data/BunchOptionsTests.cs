using ArcLearn.Core.Data;
using ArcLearn.Tests.Unit.Rasters;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Data;

public sealed class BunchOptionsTests : IDisposable
{
    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ignored_classes_are_no_background()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddMask("labels/a.tif", (row, _) => row / 8);

        PixelData data = Assert.IsType<PixelData>(DataBunchBuilder.Build(
            _folder.Options() with { BatchSize = 1, IgnoredClasses = ["2"], ClassMapping = new Dictionary<string, string> { ["2"] = "two", ["3"] = "three" } }));

        PixelBatch batch = Assert.Single(data.AllBatches(default));
        Assert.Equal(["three"], data.Classes.Select(c => c.Name));
        Assert.Equal([0, 0, PixelBatch.Ignored, 1], Enumerable.Range(0, 4).Select(i => batch.Classes[i * 8 * 32]));
        Assert.Equal("IgnoreClass", Assert.Throws<LearnArgumentException>(() => DataBunchBuilder.Build(_folder.Options() with { BatchSize = 1, IgnoredClasses = ["x"] })).Parameter);
    }

    [Fact]
    public void Objects_of_ignored_classes_are_no_background_either()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddMask("labels/roof/a.tif", (row, _) => row < 8 ? 1 : 0);
        _folder.AddMask("labels/shed/a.tif", (row, _) => row is >= 8 and < 20 ? 1 : 0);

        PixelData data = Assert.IsAssignableFrom<PixelData>(DataBunchBuilder.Build(_folder.Options() with { BatchSize = 1, DatasetType = MetadataFormats.RcnnMasks, IgnoredClasses = ["shed"] }));

        PixelBatch batch = Assert.Single(data.AllBatches(default));
        Assert.Equal(["roof"], data.Classes.Select(c => c.Name));
        Assert.Equal([1, PixelBatch.Ignored, 0], new[] { 0, 10, 24 }.Select(row => batch.Classes[row * 32]));
        Assert.Equal([1, 0, 0], new[] { 0, 10, 24 }.Select(row => batch.Instances![row * 32]));

        // Balancing counts what is learnt, and nothing else.
        Assert.Equal([12L * 32, 8 * 32], data.TrainingPixels);
    }

    /// <summary>The class of a pixel is told by its spectrum: brightness and contrast are left alone, unless they are asked for or the chips are photographs.</summary>
    [Theory]
    [InlineData(4, "Crop, Dihedral")]
    [InlineData(3, "Crop, Dihedral, Brightness 0.25 to 0.75, Contrast 0.75 to 1.5")]
    public void Masks_over_many_bands_leave_light_alone(int bands, string expected)
    {
        _folder.AddImage("images/a.tif", bands: bands);
        _folder.AddMask("labels/a.tif", (row, _) => row / 8);

        IChipData data = DataBunchBuilder.Build(_folder.Options() with { BatchSize = 1, Transform = null });
        IChipData asked = DataBunchBuilder.Build(_folder.Options() with { BatchSize = 1, Transform = new LearnTransform { Flip = ChipFlip.None } });

        Assert.Equal(expected, data.Transform.ToString());
        Assert.Equal(ChipFlip.None, asked.Transform.Flip);
    }

    /// <summary>The same of whole images: changed light would be other heights.</summary>
    [Theory]
    [InlineData(3, nameof(SampleType.UInt16), "Crop, Dihedral")]
    [InlineData(4, nameof(SampleType.UInt8), "Crop, Dihedral")]
    [InlineData(3, nameof(SampleType.UInt8), "Crop, Dihedral, Brightness 0.4 to 0.6, Contrast 0.8 to 1.25")]
    public void Images_of_measurements_leave_light_alone(int bands, string type, string expected)
    {
        _folder.AddImage("low/1.tif", bands: bands, type: Enum.Parse<SampleType>(type));
        _folder.AddImage("high/1.tif", bands: bands, type: Enum.Parse<SampleType>(type));

        Assert.Equal(expected, DataBunchBuilder.Build(_folder.Options() with { BatchSize = 1, Transform = null }).Transform.ToString());
    }

    [Fact]
    public void Images_of_classes_that_are_left_out_are_left_out_and_counted()
    {
        foreach (string name in new[] { "a/1.tif", "a/2.tif", "b/1.tif", "c/1.tif" })
        {
            _folder.AddImage(name);
        }

        IChipData data = DataBunchBuilder.Build(_folder.Options() with { IgnoredClasses = ["a"] });

        Assert.Equal(2, data.TrainingChips);
        Assert.Contains(_folder.Warnings, w => w.StartsWith("2 of 4 chips are of classes that were left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.25)]
    public void A_stratified_split_has_every_class_on_both_sides_in_its_share(double fraction)
    {
        // 40 of one class, 20 of another, 4 of a third.
        int[][] labels = [.. Enumerable.Range(0, 64).Select(i => new[] { i < 40 ? 1 : i < 60 ? 2 : 3 })];

        ChipSplit split = StratifiedSplit.Split(labels, fraction, seed: 3);

        Assert.Equal(Enumerable.Range(0, 64), split.Training.Concat(split.Validation).Order());
        foreach ((int label, int all) in new[] { (1, 40), (2, 20), (3, 4) })
        {
            Assert.InRange(split.Validation.Count(i => labels[i][0] == label), Math.Max(1, (all * fraction) - 1), (all * fraction) + 1);
        }

        Assert.Equal(split.Validation, StratifiedSplit.Split(labels, fraction, seed: 3).Validation);
        Assert.NotEqual(split.Validation, StratifiedSplit.Split(labels, fraction, seed: 4).Validation);
    }

    [Fact]
    public void Chips_of_several_classes_are_dealt_out_by_their_rarest()
    {
        int[][] labels = [.. Enumerable.Range(0, 50).Select(i => i % 10 == 0 ? [1, 2] : i % 3 == 0 ? new[] { 1 } : [])];

        ChipSplit split = StratifiedSplit.Split(labels, 0.2, seed: 1);

        Assert.Equal((40, 10), (split.Training.Length, split.Validation.Length));
        Assert.Equal(1, split.Validation.Count(i => labels[i].Contains(2)));
        Assert.Empty(StratifiedSplit.Split(labels, 0, 1).Validation);
        Assert.Empty(StratifiedSplit.Split(labels, 1, 1).Training);
    }

    [Fact]
    public void A_stratified_split_of_overlapping_chips_is_told()
    {
        for (int i = 0; i < 8; i++)
        {
            _folder.AddAt(i * 16, 0);
        }

        _folder.Finish();
        IChipData data = DataBunchBuilder.Build(_folder.Options() with { IsStratified = true, ValidationFraction = 0.25 });

        Assert.Equal((6, 2, 0, "Random"), (data.TrainingChips, data.ValidationChips, data.DroppedChips, data.Split));
        Assert.Contains(_folder.Warnings, w => w.StartsWith("8 chips overlap another", StringComparison.Ordinal));
        Assert.Equal(
            LearnArgumentException.ParameterMix,
            Assert.Throws<LearnArgumentException>(() => DataBunchBuilder.Build(_folder.Options() with { IsStratified = true, Split = DataSplit.Spatial })).Id);
    }

    [Fact]
    public void Damaged_images_are_named_and_skipped_only_where_that_is_asked_for()
    {
        for (int i = 0; i < 4; i++)
        {
            _folder.Add(Object(1, 4, 4, 20, 20));
        }

        _folder.Finish();
        string header = Path.Combine(_folder.Root, "images", "000000001.tif");
        File.WriteAllBytes(header, File.ReadAllBytes(header)[..20]);
        string samples = Path.Combine(_folder.Root, "images", "000000002.tif");
        Truncate(samples);

        Assert.Equal(header, Assert.Throws<LearnFormatException>(() => DataBunchBuilder.Build(_folder.Options())).Path);
        Assert.Equal(2, DataBunchBuilder.Build(_folder.Options() with { SkipDamaged = true }).TrainingChips);
        string warning = Assert.Single(_folder.Warnings, w => w.Contains("2 damaged chip(s) were skipped", StringComparison.Ordinal));
        Assert.Contains(header, warning, StringComparison.Ordinal);
        Assert.Contains(samples, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f32_tiles.tif", SampleType.Float32)]
    [InlineData("s16_tiles.tif", SampleType.Int16)]
    public void Chips_of_any_sample_type_are_scaled_by_their_own_statistics(string name, SampleType type)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Root, "images", "a"));
        File.Copy(Path.Combine(RasterFixture.Folder, name), Path.Combine(_folder.Root, "images", "a", "1.tif"));

        ImageClassData data = Assert.IsType<ImageClassData>(DataBunchBuilder.Build(
            _folder.Options() with { DatasetType = "Imagenet", ChipSize = 53, BatchSize = 1, ValidationFraction = 1 }));

        Assert.Equal((type, 1f, 2), (data.Normalization.SampleType, data.Normalization.Scale, data.Bands));
        float[] values = Assert.Single(data.AllBatches(default)).Images;
        Assert.All(values, v => Assert.InRange(v, -4, 4));
        Assert.InRange(values.Average(v => v * v), 0.8, 1.2);
    }

    [Fact]
    public void Missing_samples_become_the_mean_and_light_changes_within_the_range()
    {
        DecodedChip chip = DecodedChip.Whole(2, 2, 1, [], []) with { Floats = [-10, 30, float.NaN, 10] };
        SampleTables tables = new(new Normalization(1, [10], [20], SampleType.Float32), [(-10, 30)]);
        float[] output = new float[4];

        ChipSampler.Render(chip, ChipView.Square(0, 0, 2), tables.For(null, []), 2, output);
        tables.Apply(null, output);
        Assert.Equal([-1, 1, 0, 0], output);

        ChipSampler.Render(chip, ChipView.Square(0, 0, 2), tables.Plain, 2, output);
        tables.Apply(new LightChange(Math.Log(0.6 / 0.4), 1), output);
        Assert.Equal([-1, 1, 0, 0.2f], output.Select(v => MathF.Round(v, 4)));       // the middle goes to 0.6 of the range

        ChipSampler.Render(chip, ChipView.Square(-2, 0, 4), tables.Plain, 4, output = new float[16]);
        tables.Apply(null, output);
        Assert.Equal((0, 0, -1), (output[0], output[1], output[2]));                 // beyond the chip there is nothing
    }

    /// <summary>Cuts the samples off behind a directory that stays whole, or spoils them where it lies behind them.</summary>
    private static void Truncate(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int directory = BitConverter.ToInt32(bytes, 4);
        if (directory < bytes.Length / 2)
        {
            File.WriteAllBytes(path, bytes[..^64]);
            return;
        }

        bytes.AsSpan(8, directory - 16).Fill(0xFF);
        File.WriteAllBytes(path, bytes);
    }
}
