using ArcLearn.Core.Diagnosis;
using ArcLearn.Tests.Unit.Data;
using ArcLearn.Tests.Unit.TestSupport;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Diagnosis;

public sealed class FolderDiagnosisTests : IDisposable
{
    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sound_data_give_no_findings()
    {
        for (int i = 0; i < 12; i++)
        {
            _folder.Add(Object(1, 4, 4, 20, 20) + Object(2, 4, 4, 20, 20), corner: (i * 32, 0));
        }

        _folder.Finish();

        Assert.Empty(FolderDiagnosis.Run([_folder.Root], null));
    }

    [Fact]
    public void Everything_that_is_wrong_with_a_folder_is_found_at_once_the_worst_first()
    {
        for (int i = 0; i < 30; i++)
        {
            _folder.Add(i == 3 ? Object(1, 4, 4, 40, 20) : i == 4 ? "" : Object(1, 4, 4, 20, 20), i == 5 ? 16 : 32, corner: (i * 16, 0));
        }

        _folder.Add(Object(1, 1, 1, 9, 9), bands: 4, corner: (9000, 0));
        _folder.Finish();
        string damaged = Path.Combine(_folder.Root, "images", "000000000.tif");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..20]);
        File.Delete(Path.Combine(_folder.Root, "images", "000000001.tif"));

        IReadOnlyList<TrainingDataFinding> findings = FolderDiagnosis.Run([_folder.Root], null);

        Assert.Equal(FindingSeverity.Error, findings[0].Severity);
        Assert.Equal(
            ["ChipsWithoutLabels", "DamagedChips", "EmptyClass", "LabelsChanged", "MissingFiles", "MixedChips", "MixedSizes", "OverlappingChips", "SmallChips"],
            findings.Select(f => f.Id).Order(StringComparer.Ordinal));
        Assert.All(findings, f => Assert.False(string.IsNullOrWhiteSpace(f.Message) || string.IsNullOrWhiteSpace(f.Remedy)));
        Assert.Contains(damaged, findings.Single(f => f.Id == "DamagedChips").Message, StringComparison.Ordinal);
        Assert.Contains("Pool", findings.Single(f => f.Id == "EmptyClass").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_are_compared_with_each_other_and_bad_ones_are_errors()
    {
        _folder.AddAt(0, 0, "a");
        _folder.Finish("a");
        _folder.Add(Object(2, 4, 4, 20, 20), bands: 1, type: SampleType.UInt16, corner: (0, 0), sub: "b");
        _folder.Finish("b", emd: """{"Classes":[{"Value":1,"Name":"Pool"},{"Value":2,"Name":"Palm"}]}""");
        Directory.CreateDirectory(Path.Combine(_folder.Root, "c"));

        string[] paths = [.. "abc".Select(name => Path.Combine(_folder.Root, $"{name}"))];
        IReadOnlyList<TrainingDataFinding> findings = FolderDiagnosis.Run(paths, null);

        Assert.Equal(["MixedChips", "UnknownDataset"], findings.Where(f => f.Severity == FindingSeverity.Error).Select(f => f.Id).Order(StringComparer.Ordinal));
        Assert.Contains("Palm", findings.Single(f => f.Id == "ClassValues").Message, StringComparison.Ordinal);
        Assert.Equal(paths[1], findings.Single(f => f.Id == "BitDepth").Path);
    }

    [Fact]
    public void Few_examples_and_imbalance_are_counted_in_what_the_labels_are()
    {
        foreach (int i in Enumerable.Range(0, 42))
        {
            _folder.AddImage($"{(i < 2 ? "rare" : "common")}/{i}.tif");
        }

        IReadOnlyList<TrainingDataFinding> findings = FolderDiagnosis.Run([_folder.Root], null);

        Assert.Equal("1 class(es) have fewer than 10 images: rare 2.", findings.Single(f => f.Id == "FewExamples").Message);
        Assert.DoesNotContain(findings, f => f.Id == "ClassImbalance");                 // 1 to 20, not more
        _folder.AddImage("common/42.tif");
        Assert.Equal("common has 41 images, rare only 2: 1 to 21.", FolderDiagnosis.Run([_folder.Root], null).Single(f => f.Id == "ClassImbalance").Message);
    }

    [SharedDataFact]
    public void A_real_export_of_which_most_is_missing_says_so()
    {
        IReadOnlyList<TrainingDataFinding> findings = FolderDiagnosis.Run([SharedData.PathOf("esri_samples", "phragmites_export", "train")], null);

        Assert.Contains(findings, f => f.Id == "MissingFiles" && f.Message.Contains("256 image(s)", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Id == "BitDepth" && f.Message.Contains("6 band(s)", StringComparison.Ordinal));
    }
}
