using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class SsdRestoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("saved.emd")]
    [InlineData("saved.pth")]
    [InlineData("saved.dlpk")]
    public void Weights_come_back_from_a_folder_a_definition_weights_and_a_package(string member)
    {
        using SsdEngine saved = Squares.Detector(new SquaresData(), seed: 1);
        saved.Save(_folder.PathOf("saved"), force: false, CancellationToken.None);
        using SsdEngine other = Squares.Detector(new SquaresData(), seed: 2);
        Assert.NotEqual(Squares.Weights(saved), Squares.Weights(other));

        other.Restore(_folder.PathOf("saved", member), _warnings.Add, CancellationToken.None);

        Assert.Equal(Squares.Weights(saved), Squares.Weights(other));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Weights_alone_are_compared_by_shape_and_a_warning_says_so()
    {
        using SsdEngine saved = Squares.Detector(new SquaresData(), seed: 1);
        saved.SaveWeights(_folder.PathOf("alone.pth"), LocalFileSystem.Instance);
        using SsdEngine other = Squares.Detector(new SquaresData(), seed: 2);

        other.Restore(_folder.PathOf("alone.pth"), _warnings.Add, CancellationToken.None);

        Assert.Equal(Squares.Weights(saved), Squares.Weights(other));
        Assert.Contains("classes could not be compared", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_fit_changes_nothing_and_says_what_differs()
    {
        (string Id, string Part, SsdEngine Saved)[] cases =
        [
            ("ClassMismatch", "boat", Squares.Detector(new SquaresData { Classes = [new(1, "red", [255, 0, 0]), new(2, "boat", [0, 0, 255])] })),
            ("ClassMismatch", "red = 5", Squares.Detector(new SquaresData { Classes = [new(5, "red", [255, 0, 0]), new(6, "blue", [0, 0, 255])] })),
            ("DefinitionMismatch", "grids 2, 1 instead of 2", Other(new SsdOptions { Backbone = "resnet18", ChipSize = 1, Classes = 1, Grids = [2, 1], Zooms = [0.5, 0.75], Ratios = [new(1, 1)] })),
            ("DefinitionMismatch", "zooms 1 instead of 0.5, 0.75", Other(new SsdOptions { Backbone = "resnet18", ChipSize = 1, Classes = 1, Grids = [2], Zooms = [1], Ratios = [new(1, 1)] })),
            ("DefinitionMismatch", "chip size 96 instead of 64", Squares.Detector(new SquaresData(chipSize: 96))),
        ];
        using SsdEngine model = Squares.Detector(new SquaresData(), seed: 2);
        float[] before = Squares.Weights(model);

        for (int i = 0; i < cases.Length; i++)
        {
            using SsdEngine saved = cases[i].Saved;
            string path = _folder.PathOf($"saved{i}");
            saved.Save(path, force: false, CancellationToken.None);
            LearnDataException error = Assert.Throws<LearnDataException>(() => model.Restore(path, _warnings.Add, CancellationToken.None));
            Assert.Equal(cases[i].Id, error.Id);
            Assert.Contains(cases[i].Part, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Squares.Weights(model));
    }

    [Fact]
    public void Damaged_weights_change_nothing()
    {
        using SsdEngine saved = Squares.Detector(new SquaresData(), seed: 1);
        saved.Save(_folder.PathOf("saved"), force: false, CancellationToken.None);
        string weights = _folder.PathOf("saved", "saved.pth");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..5000]);
        using SsdEngine model = Squares.Detector(new SquaresData(), seed: 2);
        float[] before = Squares.Weights(model);

        Assert.Throws<LearnFormatException>(() => model.Restore(_folder.PathOf("saved"), _warnings.Add, CancellationToken.None));

        Assert.Equal(before, Squares.Weights(model));
    }

    private static SsdEngine Other(SsdOptions options) =>
        SsdEngine.Create(new LearnDataBunch(new SquaresData()), options, backboneWeights: null, pretrainedPath: null, LearnDevice.Cpu, seed: 1);
}
