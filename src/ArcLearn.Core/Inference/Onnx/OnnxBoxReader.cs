using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>From a detector's outputs to detections: threshold, and within each class suppression of what a better box overlaps.</summary>
internal sealed class OnnxBoxReader
{
    private readonly OnnxDefinition _model;
    private readonly OnnxBoxLayout _layout;
    private readonly double _threshold;
    private readonly double _overlap;

    public OnnxBoxReader(OnnxDefinition model, double threshold, double overlap) => (_model, _layout, _threshold, _overlap) = (model, model.Boxes!, threshold, overlap);

    /// <summary>Reads a batch.</summary>
    /// <param name="count">Chips that went in.</param>
    /// <returns>One list per chip, boxes in its pixels.</returns>
    /// <exception cref="LearnDataException">ModelOutput: the outputs are others than the layout says, or hold what is no number.</exception>
    public IReadOnlyList<ChipDetection>[] Read(OnnxArray[] outputs, int count)
    {
        OnnxArray boxes = outputs[_layout.Boxes];
        OnnxArray scores = outputs[_layout.Scores];
        IReadOnlyList<ChipDetection>[] found = new IReadOnlyList<ChipDetection>[count];
        for (int chip = 0; chip < count; chip++)
        {
            found[chip] = _layout.Kind switch
            {
                OnnxBoxKind.Rows or OnnxBoxKind.RowsOfClasses => Rows(Part(boxes, count, chip, 2)),
                OnnxBoxKind.Columns => Columns(Part(boxes, count, chip, 2)),
                OnnxBoxKind.Finished => Finished(Part(boxes, count, chip, 2)),
                OnnxBoxKind.Labelled => Labelled(Part(boxes, count, chip, 2), Part(scores, count, chip, 1), Part(outputs[_layout.Labels], count, chip, 1)),
                _ => Scored(Part(boxes, count, chip, 2), Part(scores, count, chip, 2)),
            };
        }

        return found;
    }

    private List<ChipDetection> Rows(Block block)
    {
        int width = 5 + _layout.Classes;
        Require(block.Width == width, $"boxes of {block.Width} numbers where {width} belong");
        bool isCounted = _layout.Kind == OnnxBoxKind.Rows;
        return Choose(
            block.Height,
            (place, c) => block.Values[(place * width) + 5 + c] * (isCounted ? block.Values[(place * width) + 4] : 1),
            block.Values,
            (values, place) => Corners(values[place * width], values[(place * width) + 1], values[(place * width) + 2], values[(place * width) + 3]));
    }

    private List<ChipDetection> Columns(Block block)
    {
        int count = block.Width;
        Require(block.Height >= 4 + _layout.Classes, $"boxes of {block.Height} numbers where {4 + _layout.Classes} belong");
        return Choose(
            count,
            (place, c) => block.Values[((4 + c) * count) + place],
            block.Values,
            (values, place) => Corners(values[place], values[count + place], values[(2 * count) + place], values[(3 * count) + place]));
    }

    private List<ChipDetection> Finished(Block block)
    {
        Require(block.Width == 6, $"boxes of {block.Width} numbers where 6 belong");
        return ByLabel(block.Height, place => block.Values[(place * 6) + 4], place => (int)block.Values[(place * 6) + 5], block.Values, width: 6);
    }

    private List<ChipDetection> Labelled(Block boxes, Block scores, Block labels)
    {
        Require(boxes.Width == 4 && scores.Values.Length == boxes.Height && labels.Values.Length == boxes.Height, $"{boxes.Height} boxes, {scores.Values.Length} scores and {labels.Values.Length} labels");
        Dictionary<int, int> places = [];
        foreach ((ClassDefinition known, int place) in _model.Classes.Select((known, place) => (known, place)))
        {
            _ = places.TryAdd(known.Value, place);
        }

        // A label of no class, such as background, counts for nothing.
        return ByLabel(boxes.Height, place => scores.Values[place], place => places.GetValueOrDefault((int)labels.Values[place], -1), boxes.Values, width: 4);
    }

    private List<ChipDetection> Scored(Block boxes, Block scores)
    {
        int columns = scores.Width;
        Require(
            boxes.Width == 4 && scores.Height == boxes.Height && columns - _layout.Classes is 0 or 1,
            $"{boxes.Height} boxes of {boxes.Width} numbers and {scores.Height} scores of {columns} classes where there are {_layout.Classes}");
        int first = columns - _layout.Classes;
        float scale = _layout.Kind == OnnxBoxKind.ScoredParts ? _model.ChipSize : 1;
        float[] shares = Shares(scores, first == 1);
        return Choose(
            boxes.Height,
            (place, c) => shares[(place * columns) + first + c],
            boxes.Values,
            (values, place) => [.. values.Slice(place * 4, 4).ToArray().Select(value => value * scale)]);
    }

    /// <summary>Scores as probabilities: by softmax where background is among them, else each by itself.</summary>
    private float[] Shares(Block scores, bool hasBackground)
    {
        float[] shares = [.. scores.Values];
        if (!_model.Signature.Outputs[_layout.Scores].IsProbability)
        {
            for (int start = 0; start < shares.Length; start += scores.Width)
            {
                Span<float> row = shares.AsSpan(start, scores.Width);
                if (hasBackground)
                {
                    System.Numerics.Tensors.TensorPrimitives.SoftMax(row, row);
                }
                else
                {
                    System.Numerics.Tensors.TensorPrimitives.Sigmoid(row, row);
                }
            }
        }

        return shares;
    }

    private List<ChipDetection> ByLabel(int count, Func<int, float> score, Func<int, int> label, float[] coordinates, int width) =>
        Choose(count, (place, c) => label(place) == c ? score(place) : 0, coordinates, (values, place) => values.Slice(place * width, 4).ToArray());

    /// <param name="score">Of a place for a class.</param>
    private List<ChipDetection> Choose(int count, Func<int, int, float> score, float[] coordinates, BoxReader read)
    {
        List<(float Score, int Place)>[] scored = [.. Enumerable.Range(0, _layout.Classes).Select(_ => new List<(float Score, int Place)>())];
        for (int place = 0; place < count; place++)
        {
            int best = -1;
            float highest = 0;
            for (int c = 0; c < scored.Length; c++)
            {
                float value = score(place, c);
                Require(float.IsFinite(value), "scores that are no numbers");
                if (!(value > _threshold))
                {
                    continue;
                }

                // A score just beyond 1 is one of rounding.
                value = Math.Min(value, 1);
                if (_layout.IsMultiClass)
                {
                    scored[c].Add((value, place));
                }
                else if (value > highest)
                {
                    (best, highest) = (c, value);
                }
            }

            if (best >= 0)
            {
                scored[best].Add((highest, place));
            }
        }

        List<ChipDetection> found = [];
        for (int c = 0; c < scored.Length; c++)
        {
            foreach (ScoredBox kept in BoxChoice.Choose(scored[c], coordinates, read, _overlap, _layout.IsVoted))
            {
                found.Add(new ChipDetection(kept.Box[0], kept.Box[1], kept.Box[2], kept.Box[3], c, kept.Score));
            }
        }

        return found;
    }

    private static float[] Corners(float x, float y, float width, float height) => [x - (width / 2), y - (height / 2), x + (width / 2), y + (height / 2)];

    /// <summary>A chip's part of an output, whose batch may be left out where there is one chip.</summary>
    /// <param name="sides">Of a chip's part: rows and columns, or rows alone.</param>
    private Block Part(OnnxArray output, int count, int chip, int sides)
    {
        IReadOnlyList<long> shape = output.Shape;
        Require(
            (shape.Count == sides + 1 && shape[0] == count) || (shape.Count == sides && count == 1), $"an output of [{SafeText.List(shape)}] for {count} chip(s)");
        int length = output.Values.Length / count;
        float[] values = output.Values[(chip * length)..((chip + 1) * length)];
        return sides == 2 ? new Block(values, (int)shape[^2], (int)shape[^1]) : new Block(values, (int)shape[^1], 1);
    }

    private void Require(bool condition, string found)
    {
        if (!condition)
        {
            throw new LearnDataException("ModelOutput", $"{_model.Name} answers with {found}; its layout is {_layout.Kind}. Is {OnnxMetadata.DetectorTypeKey} what the model gives, and are its weights sound?", _model.Name);
        }
    }

    private readonly record struct Block(float[] Values, int Height, int Width);
}
