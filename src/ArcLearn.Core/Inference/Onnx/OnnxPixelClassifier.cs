using System.Numerics.Tensors;
using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>An ONNX pixel classifier.</summary>
internal sealed class OnnxPixelClassifier(OnnxFile file, OnnxDefinition definition, string shown, LearnDevice device)
    : OnnxRunModel(file, definition, shown, device, threads: 1), IPixelModel
{
    // Of a chip's side, in maps of 32-bit numbers: what U-Nets have at their top.
    private const int Maps = 320;

    // Of a class that the model has no score for: its share of a softmax is 0 in 32 bits.
    private const float Never = -1e4f;

    public PixelInput Pixels => Describe(Definition);

    public static PixelInput Describe(OnnxDefinition definition) => new(
        definition.Input, definition.Classes, ChipStep: null, definition.HasBackground, (_, batchSize) => BytesOf(definition, batchSize));

    public IPixelBackend CreateBackend(int chipSize, int batchSize, LearnPrecision precision) => chipSize == Definition.ChipSize
        ? new Backend(Session, Definition, batchSize)
        : throw new LearnArgumentException("ModelArguments", $"tile_size is {chipSize}; {Name} takes tiles of {Definition.ChipSize} pixels only.");

    /// <summary>The runtime does not tell what it takes; this is the maps of a network of usual width.</summary>
    private static long BytesOf(OnnxDefinition model, int batch) =>
        (long)(Maps + (3 * model.Bands) + (2 * (model.Classes.Count + 1))) * model.ChipSize * model.ChipSize * sizeof(float) * batch;

    private sealed class Backend(OnnxSession session, OnnxDefinition model, int batchSize) : IPixelBackend
    {
        public int BatchSize => batchSize;

        public int ChipSize => model.ChipSize;

        public int Bands => model.Bands;

        public SampleType SampleType => model.Normalization.SampleType;

        public IReadOnlyList<ClassDefinition> Classes => model.Classes;

        public long BytesPerReplica => BytesOf(model, batchSize);

        public IPixelReplica CreateReplica() => new Replica(new OnnxChips(session, model, batchSize), model);

        /// <summary>The session is the model's.</summary>
        public void Dispose()
        {
        }
    }

    private sealed class Replica(OnnxChips chips, OnnxDefinition model) : IPixelReplica
    {
        private readonly int _plane = model.ChipSize * model.ChipSize;
        private readonly bool _isProbability = model.Signature.Outputs[0].IsProbability;

        public void Score(float[] samples, float[] scores)
        {
            chips.Run(samples, (outputs, first, count, step) =>
            {
                for (int chip = 0; chip < count; chip++)
                {
                    Take(outputs[0], step, chip, scores.AsSpan((first + chip) * (model.Classes.Count + 1) * _plane, (model.Classes.Count + 1) * _plane));
                }
            });

            if (!float.IsFinite(TensorPrimitives.Sum<float>(scores)))
            {
                throw ModelFault.NotFinite();
            }
        }

        public void Dispose()
        {
        }

        /// <summary>A chip's scores before the softmax, background first.</summary>
        private void Take(OnnxArray output, int step, int chip, Span<float> scores)
        {
            int channels = Math.Max(1, model.Channels.Max() + 1);
            if (output.Values.Length != (long)step * channels * _plane)
            {
                throw new LearnDataException(
                    "ModelOutput", $"{model.Name} answers {step} chip(s) of {model.ChipSize} pixels with [{SafeText.List(output.Shape)}]; {channels} score(s) for each pixel belong there.", model.Name);
            }

            ReadOnlySpan<float> values = output.Values.AsSpan(chip * channels * _plane, channels * _plane);
            if (channels == 1)
            {
                TakeSingle(values, scores);
            }
            else
            {
                TakeEach(values, channels, scores);
            }

            foreach (int label in model.Unlearnt)
            {
                scores.Slice(label * _plane, _plane).Fill(Never);
            }
        }

        private void TakeEach(ReadOnlySpan<float> values, int channels, Span<float> scores)
        {
            for (int place = 0; place < model.Channels.Count; place++)
            {
                // A background without a score is never learnt.
                if (model.Channels[place] >= 0)
                {
                    Span<float> line = scores.Slice(place * _plane, _plane);
                    Copy(values, model.Channels[place], channels, line);
                    if (_isProbability)
                    {
                        Logarithm(line);
                    }
                }
            }
        }

        /// <summary>One score says how sure a pixel is of the class; the rest is background.</summary>
        private void TakeSingle(ReadOnlySpan<float> values, Span<float> scores)
        {
            Span<float> background = scores[.._plane];
            Span<float> known = scores[_plane..];
            values.CopyTo(known);
            if (!_isProbability)
            {
                background.Clear();
                return;
            }

            TensorPrimitives.Subtract(1f, known, background);
            Logarithm(background);
            Logarithm(known);
        }

        private void Copy(ReadOnlySpan<float> values, int channel, int channels, Span<float> line)
        {
            if (!model.Takes.IsChannelsLast)
            {
                values.Slice(channel * _plane, _plane).CopyTo(line);
                return;
            }

            for (int i = 0, at = channel; i < line.Length; i++, at += channels)
            {
                line[i] = values[at];
            }
        }

        /// <summary>A probability too small for a number has no logarithm.</summary>
        private static void Logarithm(Span<float> line)
        {
            TensorPrimitives.Max(line, float.Epsilon, line);
            TensorPrimitives.Log(line, line);
        }
    }
}
