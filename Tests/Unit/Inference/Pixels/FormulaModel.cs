using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>A model whose backend answers by formula.</summary>
internal sealed class FormulaModel : IPixelModel
{
    public string Name => "formula";

    public ModelInput Input { get; init; } = new("formula", PixelScene.Chip, 1, SampleType.UInt8, 0.5);

    public string Device => "Cpu";

    public PixelInput Pixels => new(Input, Classes, 32, HasBackground, (_, _) => 1 << 20);

    public bool HasBackground { get; init; } = true;

    public IReadOnlyList<ClassDefinition> Classes { get; init; } = new FormulaBackend(PixelScene.Chip).Classes;

    public int ChipSize { get; private set; }

    public string Fingerprint(CancellationToken cancel) => "F0";

    public void TellPrecision(LearnPrecision precision, Action<string>? warn)
    {
    }

    public IPixelBackend CreateBackend(int chipSize, int batchSize, LearnPrecision precision)
    {
        ChipSize = chipSize;
        return new FormulaBackend(chipSize, batchSize) { Classes = Classes };
    }

    public void Dispose()
    {
    }
}
