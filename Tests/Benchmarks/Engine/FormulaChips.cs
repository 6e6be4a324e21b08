using System.Numerics.Tensors;
using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>Classifies chips by their mean: what is measured is all but a network.</summary>
internal sealed class FormulaChips : IChipModel
{
    public const int Side = 32;

    private const int Bands = 3;
    private const float Middle = 32;

    public static ClassifierDefinition Definition { get; } = new(
        "formula",
        new ClassifierOptions { Bands = Bands, ChipSize = Side, Classes = 2 },
        [new ClassDefinition(1, "dark", [0, 0, 0]), new ClassDefinition(2, "bright", [255, 255, 255])],
        new Normalization(1, [0, 0, 0], [1, 1, 1], SampleType.UInt8),
        CellSize: null);

    public string Name => Definition.Name;

    public ModelInput Input => Definition.Input;

    public string Device => "none";

    public IReadOnlyList<ClassDefinition> Classes => Definition.Classes;

    public string Fingerprint(CancellationToken cancel) => Name;

    public void TellPrecision(LearnPrecision precision, Action<string>? warn)
    {
    }

    public IChipScorer CreateScorer(int batchSize, LearnPrecision precision) => new Scorer(batchSize);

    public void Dispose()
    {
    }

    private sealed class Scorer(int batchSize) : IChipScorer
    {
        private const int Length = Bands * Side * Side;
        private readonly float[] _samples = new float[batchSize * Length];

        public int BatchSize => batchSize;

        public Span<float> Place(int index) => _samples.AsSpan(index * Length, Length);

        public float[][] Score(int count) => [.. Enumerable.Range(0, count).Select(i =>
        {
            float bright = 1 / (1 + MathF.Exp(Middle - (TensorPrimitives.Sum<float>(Place(i)) / Length)));
            return new[] { 1 - bright, bright };
        })];

        public void Dispose()
        {
        }
    }
}
