using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>A small detector for <see cref="SquaresData"/>, and looks into it.</summary>
internal static class Squares
{
    public static SsdEngine Detector(SquaresData data, int seed = 3) => SsdEngine.Create(
        new LearnDataBunch(data),
        new SsdOptions { Backbone = "resnet18", ChipSize = 1, Classes = 1, Grids = [2], Zooms = [0.5, 0.75], Ratios = [new(1, 1)], Dropout = 0.1 },
        backboneWeights: null,
        pretrainedPath: null,
        LearnDevice.Cpu,
        seed);

    /// <summary>All weights and statistics in one row.</summary>
    public static float[] Weights(SsdEngine model)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return [.. model.Network.state_dict().Values.SelectMany(t => t.to(torch.ScalarType.Float32).contiguous().data<float>().ToArray())];
    }

    /// <summary>Detections in the first validation batch, weak ones too.</summary>
    public static IReadOnlyList<ChipDetection>[] Detect(SsdEngine model, SquaresData data) => model.Predict(
        data.ValidationBatches(CancellationToken.None).First(),
        InputScaling.Between(data.Normalization, model.Normalization),
        threshold: 0.01,
        overlap: 0.5);
}
