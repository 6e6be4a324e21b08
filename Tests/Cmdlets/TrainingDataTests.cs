using System.Management.Automation;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>Training data of other kinds than boxes, and their diagnosis, through the cmdlets.</summary>
public sealed class TrainingDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModuleHost _host = new();

    public TrainingDataTests()
    {
        _host.SetLocation(_folder.Path);
        for (int i = 0; i < 12; i++)
        {
            string name = _folder[$"scenes/{(i % 2 == 0 ? "river" : "forest")}/{i}.tif"];
            Directory.CreateDirectory(Path.GetDirectoryName(name)!);
            TestScene.Write(name, _folder["labels.geojson"], size: 96, seed: i);
        }
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_folder_per_class_is_dealt_out_by_class_shown_and_refused_by_a_detector()
    {
        RunResult result = _host.Run("""
            $data = New-LearnDataBunch -Path scenes -DatasetType Imagenet -ChipSize 64 -BatchSize 4 -Stratified -ValidationFraction 0.33 -WarningAction SilentlyContinue
            "$($data.DatasetType) $($data.Classes) $($data.TrainingChips) $($data.ValidationChips) $($data.Split)"
            ($data | Show-LearnDataBunch -Path scenes.png -Rows 2 -Columns 2).Shows
            """).ThrowIfFailed();

        Assert.Equal(["Imagenet forest river 8 4 Random", "4 of 8 training chips"], result.Output.Select(o => o.ToString()));
        Assert.True(File.Exists(_folder["scenes.png"]));

        ErrorRecord error = _host.Run("$data | New-SingleShotDetector").SingleError;
        Assert.Equal("DatasetTypeMismatch", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains("It takes KITTI_rectangles, PASCAL_VOC_rectangles, RCNN_Masks, COCO, YOLO", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_are_objects_with_a_table()
    {
        RunResult result = _host.Run("Test-TrainingData scenes | Out-Default; (Test-TrainingData scenes).ForEach({ \"$($_.Severity)\" })").ThrowIfFailed();

        Assert.Contains("FewExamples", result.Text, StringComparison.Ordinal);
        Assert.Contains("Remedy", result.Text, StringComparison.Ordinal);
        Assert.Contains("Warning", result.Output.Select(o => o.ToString()));

        PSObject finding = Assert.Single(
            _host.Run("Test-TrainingData -InputRaster scenes/river/0.tif -InputClassData labels.geojson -ClassValueField species -TileSize 64").ThrowIfFailed().Output);
        Assert.Equal("ClassFieldMissing", finding.Properties["Id"].Value);
    }

    [Fact]
    public void Findings_of_classified_rasters_stacks_and_layers_by_name()
    {
        TestScene.Write(_folder["grey.tif"], _folder["grey.geojson"], size: 96, bands: 1);
        TestScene.Write(_folder["colour.tif"], _folder["colour.geojson"], size: 96, bands: 3);
        const string Ids = ".ForEach({ \"$($_.Severity) $($_.Id)\" })";

        // Each grey is a class, and all have about as many pixels.
        Assert.Empty(Texts("(Test-TrainingData -InputRaster colour.tif -InputClassData grey.tif -TileSize 64)" + Ids));
        Assert.Equal(["Error InvalidFormat"], Texts("(Test-TrainingData -InputRaster colour.tif -InputClassData colour.tif -TileSize 64)" + Ids));
        Assert.Equal(["Error LayerMissing"], Texts("(Test-TrainingData -InputRaster colour.tif -InputClassData colour.geojson -LayerName roads -TileSize 64)" + Ids));
        Assert.Equal(["Warning FewExamples"], Texts("(Test-TrainingData -InputRaster grey.tif, grey.tif, grey.tif -StackBands -InputClassData grey.geojson -ClassValueField class -TileSize 64)" + Ids));

        string[] Texts(string script) => [.. _host.Run(script).ThrowIfFailed().Output.Select(o => o.ToString()!)];
    }

    [Theory]
    [InlineData("InvalidParameterMix", "New-LearnDataBunch scenes -Stratified -Split Spatial")]
    [InlineData("InvalidArgument", "New-LearnDataBunch scenes -IgnoreClass desert")]
    [InlineData("UnsupportedDataset", "New-LearnDataBunch scenes -DatasetType KITTI")]
    [InlineData("UnknownDataset", "New-LearnDataBunch scenes -DatasetType RCNN_Masks")]
    [InlineData("UnknownDataset", "New-LearnDataBunch scenes/river")]
    public void A_mistake_is_one_named_error(string id, string script) => Assert.Equal(id, _host.Run(script).ErrorId);
}
