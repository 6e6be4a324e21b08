using ArcLearn.Core.Models;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>A small U-Net for <see cref="FieldsData"/>.</summary>
internal static class Fields
{
    public static UnetEngine Classifier(FieldsData data, int seed = 3, PixelLossPlan? loss = null, string backbone = "resnet18", int? chipsPerStep = null) => UnetEngine.Create(
        new LearnDataBunch(data),
        new UnetOptions
        {
            Backbone = backbone,
            ChipSize = data.ChipSize,
            Classes = 1,
            Loss = (loss ?? new PixelLossPlan()).For(data, warn: null),
            ChipsPerStep = chipsPerStep,
        },
        new StartWeights(null, null),
        LearnDevice.Cpu,
        seed,
        warn: null,
        CancellationToken.None);

    /// <summary>All weights and statistics in one row.</summary>
    public static float[] Weights(UnetEngine model)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return [.. model.Network.state_dict().Values.SelectMany(t => t.to(torch.ScalarType.Float32).contiguous().data<float>().ToArray())];
    }
}
