using ArcLearn.Core.Data;
using ArcLearn.Core.Drawing;
using ArcLearn.Tests.Unit.Data;
using ArcLearn.Tests.Unit.TestSupport;
using SkiaSharp;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Drawing;

public sealed class DataBunchSheetTests : IDisposable
{
    private readonly ChipFolder _chips = new();
    private readonly TemporaryFolder _out = new();

    public void Dispose()
    {
        _chips.Dispose();
        _out.Dispose();
    }

    [Fact]
    public void A_raw_chip_is_shown_as_its_file_has_it_with_its_box()
    {
        _chips.Add(Object(1, 8, 8, 24, 24), sample: (band, row, column) => band == 1 ? 200 : 40);
        LearnDataBunch data = Build();

        using SKBitmap sheet = Draw(data, new DataBunchSheetOptions { IsRaw = true });

        // The first chip begins at the first pixel of its colour; 32 pixels become 416.
        (int left, int top) = First(sheet, new SKColor(40, 200, 40));
        Assert.Equal(new SKColor(40, 200, 40), sheet.GetPixel(left + 415, top + 415));
        Assert.Equal(SKColors.White, sheet.GetPixel(left + 416, top + 200));
        Assert.True(sheet.GetPixel(left + 104, top + 208) is { Red: > 150, Green: < 80, Blue: < 80 });
        Assert.True(sheet.GetPixel(left + 208, top + 312) is { Red: > 150, Green: < 80, Blue: < 80 });
        Assert.Equal(new SKColor(40, 200, 40), sheet.GetPixel(left + 208, top + 208));
    }

    [Fact]
    public void The_first_epoch_begins_with_the_chips_that_are_shown()
    {
        for (int i = 0; i < 6; i++)
        {
            int level = i * 40;
            _chips.Add(Object(1, 4, 4 + i, 20, 24), 40, 40, sample: (_, row, column) => level + (row % 7) + (column % 11));
        }

        DetectionData data = (DetectionData)DataBunchBuilder.Build(Finished() with { BatchSize = 3 });

        ChipSample<DetectionBatch> sample = data.Sample(new ChipSampleRequest(ChipSide.Training, 6, data.Seed, IsAugmented: true), default);
        DetectionBatch[] epoch = [.. data.TrainingBatches(1, default)];

        Assert.Equal(epoch.SelectMany(batch => batch.Items), sample.Batch.Items);
        Assert.Equal(epoch.SelectMany(batch => batch.Images), sample.Batch.Images);
        Assert.Equal(epoch.SelectMany(batch => batch.Boxes).SelectMany(box => box), sample.Batch.Boxes.SelectMany(box => box));
        Assert.NotEqual(sample.Batch.Items, data.Sample(new ChipSampleRequest(ChipSide.Training, 6, 4, IsAugmented: true), default).Batch.Items);
    }

    [Fact]
    public void A_sheet_is_equal_for_equal_seeds_and_augmentation_shows()
    {
        for (int i = 0; i < 8; i++)
        {
            _chips.Add(Object(1, 4, 4, 20, 24), sample: (_, row, column) => (row * 5) + (column % 11));
        }

        LearnDataBunch data = Build();
        byte[] first = Bytes(data, new DataBunchSheetOptions { Rows = 2, Columns = 3, Seed = 5, Force = true });

        Assert.Equal(first, Bytes(data, new DataBunchSheetOptions { Rows = 2, Columns = 3, Seed = 5, Force = true }));
        Assert.NotEqual(first, Bytes(data, new DataBunchSheetOptions { Rows = 2, Columns = 3, Seed = 6, Force = true }));
        Assert.NotEqual(first, Bytes(data, new DataBunchSheetOptions { Rows = 2, Columns = 3, Seed = 5, IsRaw = true, Force = true }));
    }

    [Theory]
    [InlineData(1, SampleType.UInt8)]
    [InlineData(4, SampleType.UInt8)]
    [InlineData(2, SampleType.UInt16)]
    public void Chips_of_any_bands_and_depth_and_without_objects_are_shown(int bands, SampleType type)
    {
        int scale = type == SampleType.UInt16 ? 100 : 1;
        _chips.Add(Object(1, 4, 4, 20, 20), bands: bands, type: type, sample: (_, row, column) => scale * (row + column));
        _chips.Add("", bands: bands, type: type, sample: (_, row, column) => scale * (row + column));
        LearnDataBunch data = Build();

        using SKBitmap sheet = Draw(data, new DataBunchSheetOptions { Rows = 1, Columns = 2, IsRaw = true });

        // Both ends of the range are there: the samples were stretched, or kept.
        Assert.Contains(sheet.Pixels, color => color.Red < 10 && color.Blue < 10);
        Assert.Contains(sheet.Pixels, color => type == SampleType.UInt16 ? color is { Red: > 240, Blue: > 240 } : color is { Red: > 55, Blue: > 55 });
    }

    [Fact]
    public void What_cannot_be_shown_or_written_is_named()
    {
        _chips.Add(Object(1, 4, 4, 20, 20));
        LearnDataBunch data = Build();
        string picture = _out.PathOf("a.png");

        Assert.Equal("NoChips", Assert.Throws<LearnDataException>(
            () => DataBunchSheet.Draw(data, picture, new DataBunchSheetOptions { IsValidation = true })).Id);
        Assert.Throws<DirectoryNotFoundException>(() => DataBunchSheet.Draw(data, _out.PathOf("none", "a.png"), new()));
        Assert.Equal("Path", Assert.Throws<LearnArgumentException>(() => DataBunchSheet.Draw(data, _out.PathOf("a.jpg"), new())).Parameter);
        Assert.Throws<UnauthorizedAccessException>(() => DataBunchSheet.Draw(data, picture, new(), new FaultyFileSystem { IsReadOnly = true }));
        Assert.Throws<IOException>(() => DataBunchSheet.Draw(data, picture, new(), new FaultyFileSystem { Room = 100 }));
        Assert.Empty(Directory.GetFileSystemEntries(_out.Root));

        DataBunchSheet.Draw(data, picture, new());
        Assert.Throws<OutputExistsException>(() => DataBunchSheet.Draw(data, picture, new()));
    }

    private DataBunchOptions Finished()
    {
        _chips.Finish();
        return _chips.Options();
    }

    private LearnDataBunch Build() => new(DataBunchBuilder.Build(Finished() with { BatchSize = 1 }));

    private SKBitmap Draw(LearnDataBunch data, DataBunchSheetOptions options)
    {
        PictureItem item = DataBunchSheet.Draw(data, _out.PathOf("sheet.png"), options);
        SKBitmap sheet = SKBitmap.Decode(item.Path);
        Assert.Equal((item.Width, item.Height), (sheet.Width, sheet.Height));
        return sheet;
    }

    private byte[] Bytes(LearnDataBunch data, DataBunchSheetOptions options) =>
        File.ReadAllBytes(DataBunchSheet.Draw(data, _out.PathOf("sheet.png"), options).Path);

    private static (int Left, int Top) First(SKBitmap sheet, SKColor color)
    {
        int at = Array.IndexOf(sheet.Pixels, color);
        Assert.True(at >= 0, "the colour is not there");
        return (at % sheet.Width, at / sheet.Width);
    }
}
