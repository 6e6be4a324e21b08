using ArcLearn.Core.Data;
using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.Data;

/// <summary>Pictures whose samples say which label lies there: whatever the transforms do, they have to agree.</summary>
public sealed class LabelGeometryTests : IDisposable
{
    private const int Chip = 48;
    private const int Side = 32;
    private readonly ChipFolder _folder = new();

    public static TheoryData<string> Transforms => ["none", "crop", "dihedral", "zoom", "turn", "all"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Transforms))]
    public void Masks_objects_and_pictures_move_together(string kind)
    {
        for (int i = 0; i < 6; i++)
        {
            int chip = i;
            _folder.AddImage($"images/{i}.tif", Chip, Chip, 3, sample: (_, row, column) => 60 * (First(chip, row, column) + (2 * Second(row, column))));
            _folder.AddMask($"labels/a/{i}.tif", (row, column) => First(chip, row, column), Chip, Chip);
            _folder.AddMask($"labels/b/{i}.tif", Second, Chip, Chip);
        }

        InstanceData data = Assert.IsType<InstanceData>(Build(Transform(kind)));
        int uniform = 0;
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            foreach ((PixelBatch pixels, DetectionBatch boxes) in data.TrainingBatches(epoch, default).Zip(((IDetectionData)data).TrainingBatches(epoch, default)))
            {
                Assert.Equal(pixels.Images, boxes.Images);
                for (int n = 0; n < pixels.Count; n++)
                {
                    uniform += CheckPicture(pixels, data.Normalization, n);
                    CheckBoxes(pixels, boxes.Boxes[n], n, isUpright: kind is not ("turn" or "all"));
                }
            }
        }

        Assert.InRange(uniform, 6 * 4 * Side * Side / 3, int.MaxValue);
    }

    [Fact]
    public void Class_masks_and_their_pictures_are_resized_alike_and_place_goes_along()
    {
        _folder.AddImage("images/a.tif", 40, 20, sample: (_, row, column) => column < 20 ? 200 : row < 10 ? 100 : 0, corner: (1000, 2000));
        _folder.AddMask("labels/a.tif", (row, column) => column < 20 ? 2 : row < 10 ? 1 : 0, 40, 20);

        IChipData data = DataBunchBuilder.Build(_folder.Options() with { ResizeTo = 10, ChipSize = 10, BatchSize = 1 });

        PixelBatch batch = Assert.Single(Assert.IsType<PixelData>(data).AllBatches(default));
        Assert.Equal(2, data.CellSize);
        for (int i = 0; i < 100; i++)
        {
            // The middle of 20 × 10 pixels: columns 5 to 14, of which five are left of the border.
            int expected = i % 10 < 5 ? 2 : i / 10 < 5 ? 1 : 0;
            Assert.Equal(expected, batch.Classes[i]);
            Assert.Equal(100 * expected, Raw(batch, data.Normalization, 0, i), 0.01);
        }
    }

    [Fact]
    public void Resizing_takes_means_where_it_shrinks_and_leaves_missing_samples_missing()
    {
        ChipEntry chip = new("a", 2, 1, 1, SampleType.UInt8, null, null, ChipLabels.None) { FileWidth = 4, FileHeight = 2 };
        Assert.Equal([25, 70], ChipResize.To<byte>(chip, [10, 20, 60, 70, 30, 40, 80, 70], 0, hasMissing: false));
        Assert.Equal([0, 70], ChipResize.To<byte>(chip, [10, 20, 60, 70, 30, 0, 0, 80], 0, hasMissing: true));
        Assert.Equal([15, 65], ChipResize.To<float>(chip, [10, 20, 60, 70, float.NaN, 15, float.NaN, 65], float.NaN, hasMissing: true));

        ChipEntry larger = chip with { Width = 4, Height = 1, FileWidth = 2, FileHeight = 1 };
        Assert.Equal([0, 25, 75, 100], ChipResize.To<byte>(larger, [0, 100], 0, hasMissing: false));
    }

    private static int First(int chip, int row, int column) => row >= 4 + chip && row < 20 && column >= 6 && column < 30 ? 1 : 0;

    private static int Second(int row, int column) => row is >= 24 and < 44 && column is >= 10 and < 22 ? 1 : 0;

    /// <summary>Where all pixels around have one label, the sample is that label's; beyond the chip it is 0, and its label counts for nothing.</summary>
    private static int CheckPicture(PixelBatch batch, Normalization normalization, int n)
    {
        int uniform = 0;
        for (int row = 2; row < Side - 2; row++)
        {
            for (int column = 2; column < Side - 2; column++)
            {
                int at = (n * Side * Side) + (row * Side) + column;
                int label = batch.Classes[at];
                bool isUniform = Enumerable.Range(-2, 5).All(y => Enumerable.Range(-2, 5).All(x => batch.Classes[at + (y * Side) + x] == label));
                if (isUniform)
                {
                    uniform++;
                    Assert.Equal(60 * Math.Max(0, label), Raw(batch, normalization, n, (row * Side) + column), 0.5);
                }
            }
        }

        return uniform;
    }

    /// <summary>An object's pixels lie in its box; in an upright view the box ends where they do.</summary>
    private static void CheckBoxes(PixelBatch pixels, BoxLabel[] boxes, int n, bool isUpright)
    {
        foreach (BoxLabel box in boxes)
        {
            (int Row, int Column)[] inside =
            [
                .. Enumerable.Range(0, Side * Side).Where(i => pixels.Classes[(n * Side * Side) + i] == box.Label).Select(i => (i / Side, i % Side)),
            ];
            Assert.All(inside, p => Assert.True(
                p.Column + 0.5 >= (box.XMin * Side) - 1e-3 && p.Column + 0.5 <= (box.XMax * Side) + 1e-3 && p.Row + 0.5 >= (box.YMin * Side) - 1e-3 && p.Row + 0.5 <= (box.YMax * Side) + 1e-3));
            if (isUpright)
            {
                Assert.Equal(box.XMin * Side, inside.Min(p => p.Column), 1.01);
                Assert.Equal(box.XMax * Side, inside.Max(p => p.Column) + 1, 1.01);
                Assert.Equal(box.YMin * Side, inside.Min(p => p.Row), 1.01);
                Assert.Equal(box.YMax * Side, inside.Max(p => p.Row) + 1, 1.01);
            }
        }
    }

    private static double Raw(PixelBatch batch, Normalization normalization, int n, int pixel) =>
        ((batch.Images[(n * batch.Length) + pixel] * normalization.Deviation[0]) + normalization.Mean[0]) / normalization.Scale;

    private static LearnTransform Transform(string kind) => kind switch
    {
        "none" => LearnTransform.None,
        "crop" => LearnTransform.None with { CropProbability = 1 },
        "dihedral" => LearnTransform.None with { FlipProbability = 1 },
        "zoom" => LearnTransform.None with { CropProbability = 1, Zoom = new(1, 0.5, 1.6) },
        "turn" => LearnTransform.None with { Rotation = new(1, -180, 180) },
        _ => LearnTransform.None with { CropProbability = 1, FlipProbability = 1, Zoom = new(0.7, 0.6, 1.5), Rotation = new(0.7, -90, 90) },
    };

    private IChipData Build(LearnTransform transform) =>
        DataBunchBuilder.Build(_folder.Options() with { ChipSize = Side, BatchSize = 3, Transform = transform with { MinimumBoxShare = 0 }, Files = LocalFileSystem.Instance });
}
