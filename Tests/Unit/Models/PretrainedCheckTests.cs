using ArcLearn.Core.Data;
using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Models;

public sealed class PretrainedCheckTests
{
    private static readonly SsdOptions s_options =
        new() { Backbone = "resnet18", Bands = 3, ChipSize = 96, Classes = 1, Grids = [3], Zooms = [1, 2], Ratios = [new(1, 1), new(1, 0.5)] };

    [Fact]
    public void Equal_anchors_pass() => PretrainedCheck.RequireSameAnchors(s_options, Saved(s_options), "a.pth");

    [Fact]
    public void Other_counts_pass_since_their_weights_differ_in_shape()
    {
        PretrainedCheck.RequireSameAnchors(s_options with { Grids = [4, 2] }, Saved(s_options), "a.pth");
        PretrainedCheck.RequireSameAnchors(s_options with { Zooms = [1, 2, 3] }, Saved(s_options), "a.pth");
    }

    [Fact]
    public void Grids_that_give_the_same_shapes_are_named() => Expect(s_options with { Grids = [4] }, "-Grids 3 there, 4 here");

    [Fact]
    public void Zooms_and_ratios_are_told_apart_too()
    {
        Expect(s_options with { Zooms = [1, 1.5] }, "-Zooms 1, 2 there, 1, 1.5 here");
        Expect(s_options with { Zooms = [1], Ratios = [new(1, 1), new(1, 0.5), new(0.5, 1), new(1, 2)] }, "-Ratios '1:1', '1:0.5' there");
    }

    private static void Expect(SsdOptions options, string message)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => PretrainedCheck.RequireSameAnchors(options, Saved(s_options), "a.pth"));
        Assert.Equal("WeightsMismatch", error.Id);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static SsdDefinition Saved(SsdOptions options) =>
        new("a", options, [new(1, "x", [1, 2, 3])], new Normalization(1, [0], [1], SampleType.UInt8), null);
}
