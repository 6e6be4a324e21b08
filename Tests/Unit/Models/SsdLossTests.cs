using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class SsdLossTests
{
    private static readonly SsdOptions s_options = new() { Backbone = "resnet34", ChipSize = 224, Classes = 2 };

    /// <summary>Those of Tests/Parity/write_expected.py: two boxes and a flat one, a tiny one among large ones, one, none.</summary>
    internal static BoxLabel[][] Labels => [.. Expected.Read("losses.json").GetProperty("labels").Deserialize<float[][][]>()!
        .Select(chip => chip.Select(row => new BoxLabel(row[0], row[1], row[2], row[3], (int)row[4])).ToArray())];

    [Fact]
    public void Anchors_equal_PyTorchs()
    {
        float[][] expected = Expected.Read("losses.json").GetProperty("anchors").Deserialize<float[][]>()!;
        SsdAnchors anchors = new(s_options);

        Assert.Equal(189, anchors.Count);
        float[] flat = [.. expected.SelectMany(row => row)];
        Assert.Equal(flat.Length, anchors.Boxes.Length);
        Assert.All(flat.Zip(anchors.Boxes.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void Anchors_are_listed_row_by_row_and_zoom_before_ratio()
    {
        SsdAnchors anchors = new([2], [1, 2], [new AspectRatio(1, 1), new AspectRatio(1, 0.5)]);

        Assert.Equal([0.25f, 0.25f, 0.5f, 0.5f], anchors.Boxes[..4].ToArray());
        Assert.Equal([0.25f, 0.25f, 0.5f, 0.25f], anchors.Boxes.Slice(4, 4).ToArray());
        Assert.Equal([0.25f, 0.25f, 1f, 1f], anchors.Boxes.Slice(8, 4).ToArray());
        Assert.Equal([0.25f, 0.75f, 0.5f, 0.5f], anchors.Boxes.Slice(16, 4).ToArray());
        Assert.Equal([0.75f, 0.25f, 0.5f, 0.5f], anchors.Boxes.Slice(32, 4).ToArray());
        Assert.Equal([0f, 0f, 0.5f, 0.5f], anchors.Corners[..4].ToArray());
    }

    [Fact]
    public void Matches_equal_PyTorchs()
    {
        JsonElement expected = Expected.Read("losses.json").GetProperty("matches");
        SsdMatcher matcher = new(new SsdAnchors(s_options));

        for (int n = 0; n < 4; n++)
        {
            int[]? match = matcher.Match(Labels[n]);
            Assert.Equal(n == 3, match is null);
            Assert.Equal(expected[n].Deserialize<int[]?>() ?? [], match ?? []);
        }
    }

    [Fact]
    public void Every_box_gets_an_anchor_even_where_none_overlaps_it_much()
    {
        SsdMatcher matcher = new(new SsdAnchors([2], [1], [new AspectRatio(1, 1)]));

        Assert.Equal([-1, -1, -1, 0], matcher.Match([new BoxLabel(0.9f, 0.9f, 0.91f, 0.91f, 1)]) ?? []);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_and_its_gradients_equal_PyTorchs(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("losses.json").GetProperty("losses")[index];
        JsonElement factor = expected.GetProperty("factor");
        SsdOptions options = s_options with
        {
            FocalLoss = expected.GetProperty("focal").GetBoolean(),
            LocationLossFactor = factor.ValueKind == JsonValueKind.Null ? null : factor.GetDouble(),
        };
        using SsdLoss loss = new(options);
        Tensor scores = (tensor(Formula.Noise(4 * 189 * 3, 11), [4, 189, 3]).Times(4)).requires_grad_();
        Tensor boxes = (tensor(Formula.Noise(4 * 189 * 4, 12), [4, 189, 4]).Times(2)).requires_grad_();

        (Tensor total, Tensor location, Tensor entropy) = loss.Compute((scores, boxes), Labels);
        total.backward();

        Assert.Equal(1, total.item<float>() / expected.GetProperty("total").GetDouble(), 1e-4);
        Assert.Equal(1, location.item<float>() / expected.GetProperty("location").GetDouble(), 1e-4);
        Assert.Equal(1, entropy.item<float>() / expected.GetProperty("class").GetDouble(), 1e-4);
        expected.Sample("scoreGradient").AssertEqual(scores.grad!, "scores");
        expected.Sample("boxGradient").AssertEqual(boxes.grad!, "boxes");
    }

    [Fact]
    public void A_near_matcher_takes_only_boxes_whose_centre_the_anchor_can_reach()
    {
        // Four cells, each anchor half as large again as the chip, and so is the box; its centre lies a tenth of the chip right of the middle.
        SsdAnchors anchors = new([2], [3], [new AspectRatio(1, 1)]);
        BoxLabel box = new(-0.25f, -0.15f, 1.25f, 1.35f, 1);

        Assert.Equal([0, 0, 0, 0], new SsdMatcher(anchors).Match([box]) ?? []);
        Assert.Equal([-1, 0, -1, 0], new SsdMatcher(anchors, isNear: true).Match([box]) ?? []);
    }

    [Fact]
    public void The_balanced_loss_is_what_its_parts_add_up_to_by_hand()
    {
        // One anchor, the whole chip. Zero activations leave it as it is; the truth is its lower half: overlap 1/2, no empty hull.
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 64, Grids = [1], Zooms = [1], Ratios = [new(1, 1)], Classes = 1, Loss = DetectorLoss.Balanced };
        using DisposeScope scope = NewDisposeScope();
        using SsdLoss loss = new(options);
        Tensor scores = zeros(2, 1, 2).requires_grad_();
        Tensor boxes = zeros(2, 1, 4).requires_grad_();

        (Tensor total, Tensor location, Tensor entropy) = loss.Compute((scores, boxes), [[new BoxLabel(0.5f, 0, 1, 1, 1)], []]);
        total.backward();

        // Half a chance where the overlap is a half costs nothing; in the chip without objects it costs (1/2)² · ln 2.
        Assert.Equal(0.5, location.item<float>(), 1e-6);
        Assert.Equal(0.25 * Math.Log(2), entropy.item<float>(), 1e-6);
        Assert.Equal((2 * 0.5) + (0.25 * Math.Log(2)), total.item<float>(), 1e-6);
        Assert.Equal([0f, 0f, 0f, 0.125f], scores.grad!.data<float>().ToArray());
        Assert.True(boxes.grad![1].abs().sum().item<float>() == 0);
        Assert.True(boxes.grad![0, 0, 0].item<float>() < 0, "the centre has to move down");
        Assert.True(boxes.grad![0, 0, 2].item<float>() > 0, "the height has to shrink");
    }

    [Fact]
    public void Overlap_and_its_generalised_form_of_known_boxes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = tensor([0f, 0f, 2f, 2f]).expand(3, 4);
        Tensor second = tensor(new[] { 0f, 0f, 2f, 2f, 1f, 1f, 3f, 3f, 4f, 0f, 6f, 2f }, [3, 4]);

        (Tensor plain, Tensor generalized) = SsdLoss.Overlap(first, second);

        Assert.Equal([1, 1 / 7f, 0], plain.data<float>().ToArray());
        Assert.Equal([1, (1 / 7f) - (2 / 9f), -4 / 12f], generalized.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_batch_without_boxes_costs_nothing_and_can_be_stepped()
    {
        using DisposeScope scope = NewDisposeScope();
        using SsdLoss loss = new(s_options);
        Tensor scores = zeros(2, 189, 3).requires_grad_();
        Tensor boxes = zeros(2, 189, 4).requires_grad_();

        (Tensor total, _, _) = loss.Compute((scores, boxes), [[], []]);
        total.backward();

        Assert.Equal(0, total.item<float>());
        Assert.Equal(0, scores.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void A_class_that_the_model_does_not_know_is_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        using SsdLoss loss = new(s_options);

        LearnDataException error = Assert.Throws<LearnDataException>(
            () => loss.Compute((zeros(1, 189, 3), zeros(1, 189, 4)), [[new BoxLabel(0, 0, 1, 1, 3)]]));

        Assert.Equal("ClassMismatch", error.Id);
    }

    [Fact]
    public void Answers_of_another_shape_are_refused_before_torch_sees_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using SsdLoss loss = new(s_options);

        Assert.Contains("[1, 189, 3]", Assert.Throws<ArgumentException>(
            () => loss.Compute((zeros(1, 188, 3), zeros(1, 188, 4)), [[]])).Message, StringComparison.Ordinal);
    }
}
