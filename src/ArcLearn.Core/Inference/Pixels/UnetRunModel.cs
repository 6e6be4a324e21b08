using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference;

/// <summary>A U-Net as the engine runs it.</summary>
/// <param name="model">Disposed with this.</param>
internal sealed class UnetRunModel(UnetEngine model) : IPixelModel
{
    // A body of five stages halves its input five times.
    private const int Step = 32;

    public string Name => model.Name;

    public ModelInput Input => model.Definition.Input;

    public PixelInput Pixels => Describe(model.Definition);

    public string Device => model.Device;

    public static PixelInput Describe(UnetDefinition definition) => new(
        definition.Input,
        definition.Classes,
        Step,
        !definition.Options.Loss.IsBackgroundIgnored,
        (chipSize, batchSize) => UnetBackend.ReplicaBytes(definition.Options with { ChipSize = chipSize }, batchSize));

    public string Fingerprint(CancellationToken cancel) => model.Fingerprint(cancel);

    public void TellPrecision(LearnPrecision precision, Action<string>? warn) => model.TellPrecision(precision, warn);

    public IPixelBackend CreateBackend(int chipSize, int batchSize, LearnPrecision precision) => new UnetBackend(model, batchSize, precision, chipSize);

    public void Dispose() => model.Dispose();
}
