using ArcLearn.Core.Data;
using ArcLearn.Tests.Unit.TestSupport;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Data;

public sealed class TrainingFolderTests : IDisposable
{
    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_export_is_read_with_its_places_and_its_boxes_by_tag()
    {
        _folder.Add(Object(2, 1.5, 2, 10, 20) + Object("Palm", 3, 4, 5, 6), corner: (1000, 2000));
        _folder.Finish();

        TrainingFolder folder = _folder.Open();

        ChipEntry chip = Assert.Single(folder.Chips);
        Assert.Equal([new ChipBox("Pool", 1.5, 2, 10, 20), new ChipBox("Palm", 3, 4, 5, 6)], chip.Boxes);
        Assert.Equal((32, 32, 3, SampleType.UInt8), (chip.Width, chip.Height, chip.Bands, chip.SampleType));
        Assert.Equal((1000, 2000), chip.Transform?.ToMap(0, 0));
        Assert.Equal(["1 Palm", "2 Pool"], folder.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal([255, 0, 0], folder.Classes[0].Color);
        Assert.Empty(_folder.Warnings);
    }

    [Theory]
    [InlineData("\n", "\\")]
    [InlineData("\r\n", "\\")]
    [InlineData("\n", "/")]
    public void The_map_may_have_either_line_end_and_slash_and_any_order(string end, string slash)
    {
        _folder.Add(Object(1, 1, 1, 9, 9));
        _folder.Add(Object(2, 1, 1, 9, 9));
        string[] lines = _folder.Map.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        _folder.Finish(map: string.Join(end, lines.Reverse()).Replace("\\", slash, StringComparison.Ordinal));

        Assert.Equal(["Palm", "Pool"], _folder.Open().Chips.Select(c => c.Boxes[0].ClassName));
    }

    [Fact]
    public void Missing_images_give_one_warning_with_their_number()
    {
        for (int i = 0; i < 4; i++)
        {
            _folder.Add(Object(1, 1, 1, 9, 9));
        }

        _folder.Finish();
        File.Delete(Path.Combine(_folder.Root, "images", "000000000.tif"));
        File.Delete(Path.Combine(_folder.Root, "images", "000000002.tif"));
        File.Delete(Path.Combine(_folder.Root, "labels", "000000003.xml"));

        Assert.Single(_folder.Open().Chips);
        Assert.Equal(2, _folder.Warnings.Count);
        Assert.Contains(_folder.Warnings, w => w.Contains("2 image(s) listed in map.txt are missing", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.Contains("1 chip(s) have no label file", StringComparison.Ordinal));
    }

    [Fact]
    public void No_image_left_is_an_error()
    {
        _folder.Add(Object(1, 1, 1, 9, 9));
        _folder.Finish();
        Directory.Delete(Path.Combine(_folder.Root, "images"), recursive: true);

        Assert.Equal("NoImages", Assert.Throws<LearnDataException>(() => _folder.Open()).Id);
    }

    [Theory]
    [InlineData("""{"Classes":[{"ClassValue":"1","ClassName":"Palm"},{"ClassValue":2.0,"ClassName":"Pool"}]}""")]
    [InlineData("""{"Classes":"e.g. [1, 2]","ImageWidth":"e.g. 256"}""")]
    [InlineData("""{"Classes":[]}""")]
    public void Classes_may_be_spelled_in_either_way_or_come_from_the_statistics(string emd)
    {
        _folder.Add(Object(2, 1, 1, 9, 9));
        _folder.Finish(emd: emd);

        Assert.Equal(["1 Palm", "2 Pool"], _folder.Open().Classes.Select(c => $"{c.Value} {c.Name}"));
    }

    [Fact]
    public void Dirt_in_the_labels_is_left_out_and_counted_by_kind()
    {
        _folder.Add(
            Object(1, 2, 2, 9, 9) + Object(null, 1, 1, 9, 9) + Object("", 1, 1, 9, 9) + Object(7, 1, 1, 9, 9)
            + Object(1, 20, 20, 40, 30) + Object(1, -5, 3, 8, 9) + Object(1, 5, 5, 5, 9) + Object(1, 9, 9, 5, 12) + Object(1, 40, 2, 50, 9));
        _folder.Finish();

        ChipEntry chip = Assert.Single(_folder.Open().Chips);

        Assert.Equal([new ChipBox("Palm", 2, 2, 9, 9), new ChipBox("Palm", 20, 20, 32, 30), new ChipBox("Palm", 0, 3, 8, 9)], chip.Boxes);
        Assert.Equal(5, _folder.Warnings.Count);
        Assert.Contains(_folder.Warnings, w => w.EndsWith("2 object(s) have no name and were skipped.", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.EndsWith("1 object(s) are of a class that the folder does not list and were skipped.", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.EndsWith("2 box(es) reach beyond their chip and were clipped.", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.EndsWith("2 box(es) without area were dropped.", StringComparison.Ordinal));
        Assert.Contains(_folder.Warnings, w => w.EndsWith("1 box(es) lie outside their chip and were dropped.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<annotation><object>", "is not a Pascal VOC file")]
    [InlineData("<html/>", "its root is <html>")]
    [InlineData("<annotation>\n<object><name>1</name></object></annotation>", "without <bndbox>")]
    [InlineData("<annotation><object><name>1</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>x</xmax><ymax>3</ymax></bndbox></object></annotation>", "<xmax> is 'x'")]
    [InlineData("<annotation><object><name>1</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax></bndbox></object></annotation>", "without <ymax>")]
    [InlineData("<annotation><object><name>1</name><bndbox><xmin>NaN</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox></object></annotation>", "<xmin> is 'NaN'")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><annotation>&b;</annotation>", "is not a Pascal VOC file")]
    public void A_label_that_is_no_voc_file_is_named(string text, string message)
    {
        _folder.Add("");
        _folder.Finish();
        string path = Path.Combine(_folder.Root, "labels", "000000000.xml");
        File.WriteAllText(path, text);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _folder.Open());
        Assert.Equal(path, error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("esri_accumulated_stats.json", "{ nonsense", "is not JSON")]
    [InlineData("esri_accumulated_stats.json", "[1]", "is not a JSON object")]
    [InlineData("esri_model_definition.emd", """{"Classes":[{"Name":"Palm"}]}""", "without an integer Value")]
    [InlineData("esri_model_definition.emd", """{"Classes":[{"Value":1,"Name":"a"},{"Value":1,"Name":"b"}]}""", "class value 1 twice")]
    [InlineData("map.txt", "images\\a.tif", "does not name an image and a label")]
    public void A_list_that_is_damaged_is_named(string name, string text, string message)
    {
        _folder.Add("");
        _folder.Finish();
        File.WriteAllText(Path.Combine(_folder.Root, name), text);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _folder.Open());
        Assert.Equal(Path.Combine(_folder.Root, name), error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_image_and_a_failing_disk_are_named()
    {
        _folder.Add(Object(1, 1, 1, 9, 9));
        _folder.Finish();
        IOException failed = Assert.Throws<IOException>(() => _folder.Open(files: new FaultyFileSystem { IsUnreadable = p => p.EndsWith(".xml", StringComparison.Ordinal) }));
        Assert.Contains("000000000.xml", failed.Message, StringComparison.Ordinal);

        string image = Path.Combine(_folder.Root, "images", "000000000.tif");
        File.WriteAllBytes(image, File.ReadAllBytes(image)[..20]);
        Assert.Equal(image, Assert.Throws<LearnFormatException>(() => _folder.Open()).Path);
    }

    [Fact]
    public void A_folder_that_says_nothing_is_an_error_that_lists_what_is_there()
    {
        _folder.AddImage("images/a.tif");
        Directory.CreateDirectory(Path.Combine(_folder.Root, "labels"));

        LearnDataException error = Assert.Throws<LearnDataException>(() => _folder.Open());

        Assert.Equal("UnknownDataset", error.Id);
        Assert.Contains("found: images/, labels/; missing: map.txt, esri_accumulated_stats.json, esri_model_definition.emd", error.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => _folder.Open(sub: "nowhere"));
    }

    [Fact]
    public void A_plain_folder_is_read_when_its_type_is_given()
    {
        _folder.Add(Object("Tree", 1, 1, 9, 9));
        _folder.Add(Object("Car", 1, 1, 9, 9));
        _folder.Add("");
        File.Delete(Path.Combine(_folder.Root, "images", "000000002.tif"));

        TrainingFolder folder = _folder.Open("PASCAL_VOC_rectangles");

        Assert.Equal(["1 Car", "2 Tree"], folder.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal(2, folder.Chips.Count);
        Assert.Contains(_folder.Warnings, w => w.EndsWith("1 label file(s) have no image and were skipped.", StringComparison.Ordinal));
    }

    [Fact]
    public void Images_and_labels_may_lie_side_by_side()
    {
        _folder.Add(Object("Tree", 1, 1, 9, 9));
        string beside = Path.Combine(_folder.Root, "beside");
        Directory.CreateDirectory(beside);
        File.Move(Path.Combine(_folder.Root, "images", "000000000.tif"), Path.Combine(beside, "a.tif"));
        File.Move(Path.Combine(_folder.Root, "labels", "000000000.xml"), Path.Combine(beside, "a.xml"));
        File.WriteAllText(Path.Combine(beside, "a.tif.aux.xml"), "<PAMDataset/>");

        Assert.Equal("Tree", Assert.Single(_folder.Open("PASCAL_VOC_rectangles", "beside").Chips).Boxes[0].ClassName);
        Assert.Empty(_folder.Warnings);
    }

    [SharedDataFact]
    public void Real_trees_are_read_from_a_plain_folder()
    {
        TrainingFolder folder = TrainingFolder.Open(SharedData.PathOf("od_neon_trees"), Core.IO.LocalFileSystem.Instance, "PASCAL_VOC_rectangles", _folder.Warnings.Add);

        Assert.Equal(35, folder.Chips.Count);
        Assert.Equal(619, folder.Chips.Sum(c => c.Boxes.Count));
        Assert.Equal(["Tree", "Tree\\"], folder.Classes.Select(c => c.Name));
        Assert.All(folder.Chips, c => Assert.NotNull(c.Transform));
    }
}
