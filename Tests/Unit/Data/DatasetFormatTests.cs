using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Tests.Unit.TestSupport;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Data;

/// <summary>Every format as its programs write it, by the smallest folder that has all of it.</summary>
public sealed class DatasetFormatTests : IDisposable
{
    private const string Stats = """{ "MetaDataMode" : "TYPE", "Classes" : [ { "ClassValue" : 1, "ClassName" : "Palm" }, { "ClassValue" : 20000, "ClassName" : "Pool" } ] }""";

    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Kitti_takes_class_values_names_and_the_box_of_columns_five_to_eight()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddText("labels/a.txt", "  1 0.00 0 0    2.96   8.49   15.10   32.00 0 0 0 0 0 0 0\r\nPool 0.1 2 -1.5 1 2 3 4 1 1 1 1 1 1 1 0.9\r\nDontCare -1 -1 -10 0 0 9 9 -1 -1 -1 -1 -1 -1 -1\r\n");
        Export("KITTI_rectangles", "images\\a.tif  labels\\a.txt ");

        TrainingFolder folder = _folder.Open();

        Assert.Equal([new ChipBox("Palm", 2.96, 8.49, 15.1, 32), new ChipBox("Pool", 1, 2, 3, 4)], Assert.Single(folder.Chips).Boxes);
        Assert.IsType<DetectionData>(Build());
    }

    [Theory]
    [InlineData("names: [car, 'big truck']")]
    [InlineData("path: x\nnames:\n  - car\n  - \"big truck\"\ntrain: y")]
    [InlineData("names:\n  1: big truck\n  0: car\nnc: 2")]
    public void Yolo_takes_parts_of_the_sides_and_names_in_any_of_their_spellings(string yaml)
    {
        _folder.AddImage("images/a.tif", 40, 20);
        _folder.AddText("labels/a.txt", "1 0.5 0.5 0.5 0.2\n0 0.1 0.1 0.3 0.2 0.2 0.6\n");
        _folder.AddText("data.yaml", yaml);

        TrainingFolder folder = _folder.Open();

        Assert.Equal("YOLO", folder.DatasetType);
        Assert.Equal(["1 car", "2 big truck"], folder.Classes.Select(c => $"{c.Value} {c.Name}"));
        ChipBox[] boxes = [.. Assert.Single(folder.Chips).Boxes];
        Assert.Equal(("big truck", 10, 8, 30, 12), (boxes[0].ClassName, boxes[0].XMin, boxes[0].YMin, boxes[0].XMax, boxes[0].YMax));
        Assert.Equal((4, 2, 12, 12), (boxes[1].XMin, boxes[1].YMin, boxes[1].XMax, boxes[1].YMax));
    }

    [Fact]
    public void Coco_finds_images_by_their_names_and_leaves_crowds_out()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddImage("images/b.tif");
        _folder.AddText("annotations.json", """
            { "images" : [ { "id" : 7, "file_name" : "images/a.tif" }, { "id" : 8, "file_name" : "b.tif" }, { "id" : 9, "file_name" : "c.tif" } ],
              "categories" : [ { "id" : 3, "name" : "car" }, { "id" : 5, "name" : "ship" } ],
              "annotations" : [ { "image_id" : 7, "category_id" : 5, "bbox" : [ 1, 2.5, 10, 4 ], "iscrowd" : 0 }, { "image_id" : 7, "category_id" : 3, "bbox" : [ 0, 0, 32, 32 ], "iscrowd" : 1 },
                                { "image_id" : 9, "category_id" : 3, "bbox" : [ 0, 0, 3, 3 ] } ] }
            """);

        TrainingFolder folder = _folder.Open();

        Assert.Equal(("COCO", 2), (folder.DatasetType, folder.Chips.Count));
        Assert.Equal(["3 car", "5 ship"], folder.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal([new ChipBox("ship", 1, 2.5, 11, 6.5)], folder.Chips[0].Boxes);
        Assert.Empty(folder.Chips[1].Boxes);
        Assert.Contains(_folder.Warnings, w => w.Contains("1 annotation(s) of crowds", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.Contains("1 image(s) listed in annotations.json are missing", StringComparison.Ordinal));
    }

    [Fact]
    public void Class_masks_give_labels_for_values_of_any_size_and_count_what_they_do_not_know()
    {
        _folder.AddImage("images/a.tif", corner: (0, 0));
        _folder.AddMask("labels/a.tif", (row, column) => row < 8 ? 1 : row < 16 ? 20_000 : column == 0 ? 7 : 0);
        Export("Classified_Tiles", "images\\a.tif  labels\\a.tif ");

        PixelData data = Assert.IsType<PixelData>(Build());

        PixelBatch batch = Assert.Single(data.AllBatches(default));
        Assert.Equal(["1 Palm", "20000 Pool"], data.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal([.. Enumerable.Repeat(1, 256), .. Enumerable.Repeat(2, 256), .. Enumerable.Repeat(0, 512)], batch.Classes);
        Assert.Null(batch.Instances);
        Assert.Equal([512, 256, 256], data.TrainingPixels);
        Assert.Contains(_folder.Warnings, w => w.Contains("16 pixel(s) have a value that is no class", StringComparison.Ordinal));
    }

    [Fact]
    public void Masks_without_a_list_name_classes_by_their_values()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddMask("labels/a.tif", (row, _) => row < 2 ? 300 : row < 3 ? 4 : 0);

        TrainingFolder folder = _folder.Open();

        Assert.Equal("Classified_Tiles", folder.DatasetType);
        Assert.Equal(["4 4", "300 300"], folder.Classes.Select(c => $"{c.Value} {c.Name}"));
    }

    [Fact]
    public void Instance_masks_give_boxes_and_classes_of_pixels()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddImage("images/b.tif");
        _folder.AddMask("labels/Palm/a.tif", (row, column) => row is >= 4 and < 8 && column is >= 2 and < 12 ? 5 : row == 20 && column == 31 ? 9 : 0);
        _folder.AddMask("labels/Pool/a.tif", (row, column) => row is >= 6 and < 10 && column is >= 8 and < 16 ? 5 : 0);
        Export("RCNN_Masks", "images\\a.tif  labels\\Palm\\a.tif \nimages\\a.tif  labels\\Pool\\a.tif \nimages\\b.tif  labels\\Palm\\b.tif ");

        InstanceData data = Assert.IsType<InstanceData>(Build());

        Assert.Equal(3, data.TrainingObjects);
        DetectionBatch boxes = Assert.Single(((IDetectionData)data).AllBatches(default));
        Assert.Equal([new BoxLabel(4 / 32f, 2 / 32f, 8 / 32f, 12 / 32f, 1), new BoxLabel(20 / 32f, 31 / 32f, 21 / 32f, 1, 1), new BoxLabel(6 / 32f, 8 / 32f, 10 / 32f, 16 / 32f, 2)], boxes.Boxes[0]);
        Assert.Empty(boxes.Boxes[1]);
        PixelBatch pixels = Assert.Single(data.AllBatches(default));
        Assert.Equal((1, 1), (pixels.Classes[(4 * 32) + 2], pixels.Instances![(4 * 32) + 2]));
        Assert.Equal((2, 3), (pixels.Classes[(6 * 32) + 8], pixels.Instances[(6 * 32) + 8]));       // the later class lies above
        Assert.Equal((1, 2), (pixels.Classes[(20 * 32) + 31], pixels.Instances[(20 * 32) + 31]));
        Assert.Equal((0, 0), (pixels.Classes[0], pixels.Instances[0]));
        Assert.DoesNotContain(_folder.Warnings, w => w.Contains("map.txt", StringComparison.Ordinal));
    }

    [Fact]
    public void Panoptic_masks_are_shown_but_not_learnt_from()
    {
        _folder.AddImage("images/a.tif");
        _folder.AddMask("labels/a.tif", (row, _) => row < 16 ? 1 : 0);
        _folder.AddMask("labels2/Pool/a.tif", (row, column) => row == 3 && column == 3 ? 2 : 0);
        Export("Panoptic_Segmentation", "images\\a.tif  labels\\a.tif  labels2\\large tree\\a.tif  labels2\\1\\a.tif ");

        IChipData data = Build();

        Assert.False(data is IPixelData or IDetectionData);
        PixelBatch batch = Assert.Single(Assert.IsType<PixelChipData>(data).AllBatches(default));
        Assert.Equal((1, 1), (batch.Classes[99], batch.Instances![99]));
        Assert.Equal((1, 0), (batch.Classes[100], batch.Instances[100]));
    }

    [Fact]
    public void A_labelled_tile_has_one_object_and_its_box_does_not_matter()
    {
        foreach ((string name, string objects) in new[] { ("a", Object(20_000, 0, 0, 0, 0)), ("b", "<object><name>Palm</name></object>"), ("c", ""), ("d", Object(1, 0, 0, 9, 9) + Object(1, 0, 0, 9, 9)) })
        {
            _folder.AddImage($"images/{name}.tif");
            _folder.AddText($"labels/{name}.xml", $"<annotation>{objects}</annotation>");
        }

        Export("Labeled_Tiles", string.Join('\n', "abcd".Select(c => $"images\\{c}.tif  labels\\{c}.xml ")));

        ImageClassData data = Assert.IsType<ImageClassData>(Build());

        Assert.False(data.IsMultiLabel);
        Assert.Equal([[1], [0]], Assert.Single(data.AllBatches(default)).Classes);
        Assert.Equal([1, 1], data.TrainingImagesPerClass);
        Assert.Contains(_folder.Warnings, w => w.Contains("1 chip(s) have no class", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.Contains("1 chip(s) have more than one object", StringComparison.Ordinal));
    }

    [Fact]
    public void A_multi_labelled_tile_has_names_between_commas_or_none()
    {
        foreach ((string name, string objects) in new[] { ("a", Object("Pool, Palm", 0, 0, 9, 9)), ("b", ""), ("c", Object("Palm", 0, 0, 9, 9)) })
        {
            _folder.AddImage($"images/{name}.tif");
            _folder.AddText($"labels/{name}.xml", $"<annotation>{objects}</annotation>");
        }

        Export("MultiLabeled_Tiles", string.Join('\n', "abc".Select(c => $"images\\{c}.tif  labels\\{c}.xml ")));

        ImageClassData data = Assert.IsType<ImageClassData>(Build());

        Assert.True(data.IsMultiLabel);
        Assert.Equal([[0, 1], [], [0]], data.AllBatches(default).SelectMany(b => b.Classes));
    }

    [Theory]
    [InlineData("images/")]
    [InlineData("")]
    public void A_folder_per_class_names_the_class(string below)
    {
        _folder.AddImage($"{below}river/b.tif");
        _folder.AddImage($"{below}forest/a.tif");
        _folder.AddImage("models/checkpoint_1/ModelCharacteristics/loss_graph.png");

        ImageClassData data = Assert.IsType<ImageClassData>(Build());

        Assert.Equal(["1 forest", "2 river"], data.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal("Imagenet", data.DatasetType);
        Assert.Equal([[0], [1]], data.AllBatches(default).SelectMany(b => b.Classes));
    }

    [Fact]
    public void Images_without_labels_are_shown_but_not_learnt_from()
    {
        _folder.AddImage("images/a.tif");
        Export("Export_Tiles", "images\\a.tif images2\\a.tif");
        Assert.IsType<PlainChipData>(Build());

        using ChipFolder pair = new();
        pair.AddImage("A/images/a.tif");
        pair.AddImage("B/images/a.tif");
        IChipData cycle = DataBunchBuilder.Build(pair.Options() with { BatchSize = 1 });
        Assert.Equal(("CycleGAN", 2), (cycle.DatasetType, cycle.TrainingChips));
        Assert.IsType<PlainChipData>(cycle);
    }

    [Fact]
    public void Labels_of_two_kinds_make_no_bunch_and_labels_of_one_kind_do()
    {
        _folder.AddImage("a/images/a.tif");
        _folder.AddMask("a/labels/a.tif", (_, _) => 1);
        _folder.AddImage("b/images/a.tif");
        _folder.AddText("b/labels/a.txt", "0 0.5 0.5 0.5 0.5");
        _folder.AddText("b/classes.txt", "Palm");
        _folder.AddImage("c/images/a.tif");
        _folder.AddText("c/labels/a.xml", $"<annotation>{Object("Palm", 1, 1, 9, 9)}</annotation>");

        Assert.Equal("MixedDatasets", Assert.Throws<LearnDataException>(() => DataBunchBuilder.Build(_folder.Options("a", "b"))).Id);
        Assert.Equal("YOLO, PASCAL_VOC_rectangles", DataBunchBuilder.Build(_folder.Options("b", "c")).DatasetType);
    }

    [Theory]
    [InlineData("KITTI_rectangles", "a.txt", "1 0 0 0 1 2 3", "7 column(s) where KITTI has 15")]
    [InlineData("KITTI_rectangles", "a.txt", "1 0 0 0 1 2 x 4 0 0 0 0 0 0 0", "'x' is not a number")]
    [InlineData("YOLO", "a.txt", "0 0.5 0.5 0.1", "4 column(s) where YOLO has five")]
    [InlineData("YOLO", "a.txt", "4 0.5 0.5 0.1 0.1", "has class 4, but only 2 class(es)")]
    [InlineData("YOLO", "a.txt", "-1 0.5 0.5 0.1 0.1", "'-1' is no class index")]
    public void A_line_that_is_no_label_is_named(string format, string name, string text, string message)
    {
        _folder.AddImage("images/a.tif");
        string label = _folder.AddText($"labels/{name}", "\n" + text);
        Export(format, $"images\\a.tif  labels\\{name} ");

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _folder.Open());

        Assert.Equal((label, 2), (error.Path, error.Line));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_of_another_size_or_with_colours_is_named()
    {
        _folder.AddImage("images/a.tif");
        string mask = _folder.AddMask("labels/a.tif", (_, _) => 1, 16, 32);
        Export("Classified_Tiles", "images\\a.tif  labels\\a.tif ");
        Assert.Contains("has 16×32 pixels, but its chip has 32×32", Assert.Throws<LearnFormatException>(() => _folder.Open()).Message, StringComparison.Ordinal);

        File.Delete(mask);
        _folder.AddImage("labels/a.tif");
        Assert.Contains("has 3 bands", Assert.Throws<LearnFormatException>(() => _folder.Open()).Message, StringComparison.Ordinal);
    }

    [SharedDataFact]
    public void A_real_kitti_export_of_which_most_is_missing_is_read()
    {
        TrainingFolder folder = TrainingFolder.Open(SharedData.PathOf("esri_samples", "phragmites_export", "train"), LocalFileSystem.Instance, warn: _folder.Warnings.Add);

        Assert.Equal(("KITTI_rectangles", 50, 50), (folder.DatasetType, folder.Chips.Count, folder.Chips.Sum(c => c.Boxes.Count)));
        Assert.Equal(["Water", "Soil", "NPV", "Algae", "Bulrush", "Cattail", "Phragmites"], folder.Classes.Select(c => c.Name));
        Assert.Equal(6, folder.Chips[0].Bands);
        Assert.Contains(_folder.Warnings, w => w.Contains("256 image(s) listed in map.txt are missing", StringComparison.Ordinal));
    }

    [SharedDataFact]
    public void Real_exports_without_their_images_are_errors_that_say_so()
    {
        foreach (string name in new[] { "daremitsu1_unet", Path.Combine("drawinggui_export", "data") })
        {
            LearnDataException error = Assert.Throws<LearnDataException>(() => TrainingFolder.Open(SharedData.PathOf("esri_samples", name), LocalFileSystem.Instance));
            Assert.Equal("NoImages", error.Id);
            Assert.Contains("Copy the whole export folder", error.Message, StringComparison.Ordinal);
        }
    }

    [SharedDataFact]
    public void Real_yolo_and_folders_per_class_are_told_by_their_files()
    {
        TrainingFolder cars = TrainingFolder.Open(SharedData.PathOf("od_cars_kit"), LocalFileSystem.Instance);
        Assert.Equal(("YOLO", 27, 874), (cars.DatasetType, cars.Chips.Count, cars.Chips.Sum(c => c.Boxes.Count(b => b.ClassName == "car"))));

        TrainingFolder scenes = TrainingFolder.Open(SharedData.PathOf("scene_ucmerced"), LocalFileSystem.Instance);
        Assert.Equal(("Imagenet", 1050, 21), (scenes.DatasetType, scenes.Chips.Count, scenes.Classes.Count));
        Assert.All(scenes.Chips, c => Assert.Single(c.Labels.ClassNames));
    }

    private IChipData Build() => DataBunchBuilder.Build(_folder.Options() with { BatchSize = null });

    private void Export(string format, string map) =>
        _folder.Finish(map: map, emd: "{}", stats: Stats.Replace("TYPE", format, StringComparison.Ordinal));
}
