using System.Numerics.Tensors;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>An ONNX image classifier.</summary>
internal sealed class OnnxClassifier(OnnxFile file, OnnxDefinition definition, string shown, LearnDevice device)
    : OnnxRunModel(file, definition, shown, device, threads: 0), IChipModel
{
    public IReadOnlyList<ClassDefinition> Classes => Definition.Classes;

    public IChipScorer CreateScorer(int batchSize, LearnPrecision precision) => new Scorer(Session, Definition, batchSize);

    private sealed class Scorer : IChipScorer
    {
        private readonly OnnxDefinition _model;
        private readonly OnnxChips _chips;
        private readonly int _length;
        private readonly float[] _samples;

        public Scorer(OnnxSession session, OnnxDefinition model, int batchSize)
        {
            (BatchSize, _model) = (Math.Max(2, batchSize), model);
            _chips = new OnnxChips(session, model, BatchSize, isNormalised: true);
            _length = model.Bands * model.ChipSize * model.ChipSize;
            _samples = new float[BatchSamples.Count(BatchSize, model.Bands, model.ChipSize)];
        }

        public int BatchSize { get; }

        public Span<float> Place(int index) => _samples.AsSpan(index * _length, _length);

        public float[][] Score(int count)
        {
            _samples.AsSpan(count * _length).Clear();
            float[] scores = new float[BatchSize * _model.Classes.Count];
            _chips.Run(_samples, (outputs, first, taken, step) =>
            {
                if (outputs[0].Values.Length != step * _model.Classes.Count)
                {
                    throw new LearnDataException(
                        "ModelOutput", $"{_model.Name} answers {step} chip(s) with [{SafeText.List(outputs[0].Shape)}]; {_model.Classes.Count} score(s) for each belong there.", _model.Name);
                }

                outputs[0].Values.AsSpan(0, taken * _model.Classes.Count).CopyTo(scores.AsSpan(first * _model.Classes.Count));
            });
            if (!float.IsFinite(TensorPrimitives.Sum<float>(scores)))
            {
                throw ModelFault.NotFinite();
            }

            return _model.Signature.Outputs[0].IsProbability
                ? [.. scores.Chunk(_model.Classes.Count).Take(count)]
                : ClassifierEngine.ToProbabilities(scores, _model.Classes.Count, _model.IsMultiLabel)[..count];
        }

        public void Dispose()
        {
        }
    }
}
