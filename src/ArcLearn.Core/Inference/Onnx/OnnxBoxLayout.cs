using ArcLearn.Core.Formats;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>How boxes lie in a detector's outputs. C classes, any number A of boxes.</summary>
internal enum OnnxBoxKind
{
    /// <summary><c>[N, A, 5 + C]</c>: centre x and y, width, height, how sure of an object, how sure of each class then. YOLO v3 to v7.</summary>
    Rows,

    /// <summary>The same, where how sure of an object is not to be counted. YOLO v6.</summary>
    RowsOfClasses,

    /// <summary><c>[N, 4 + C, A]</c>, or with more rows, such as those of masks, which are left out: centre x and y, width, height, how sure of each class. YOLO v8 and later, and what is exported here.</summary>
    Columns,

    /// <summary><c>[N, A, 6]</c>: two corners, how sure, number of the class from 0. YOLO v10, and others whose suppression is within.</summary>
    Finished,

    /// <summary>Boxes <c>[A, 4]</c> as two corners, labels <c>[A]</c> from 1, scores <c>[A]</c>, with a batch before them or not. torchvision's detectors.</summary>
    Labelled,

    /// <summary>Boxes <c>[N, A, 4]</c> as two corners, scores <c>[N, A, C]</c>, or <c>[N, A, 1 + C]</c> with background first.</summary>
    Scored,

    /// <summary>The same with corners in parts of the chip, 0 to 1.</summary>
    ScoredParts,
}

/// <summary>Where a detector's boxes, scores and labels are.</summary>
/// <param name="Boxes">The output that holds the boxes.</param>
/// <param name="Scores">That of the scores; the same where all are in one.</param>
/// <param name="Labels">That of the classes' numbers; −1 for none.</param>
/// <param name="Classes">How many there are.</param>
internal sealed record OnnxBoxLayout(OnnxBoxKind Kind, int Boxes, int Scores, int Labels, int Classes)
{
    /// <summary>Whether boxes that agree are joined, as the model was trained for.</summary>
    public bool IsVoted { get; init; }

    /// <summary>Whether a box may be of several classes: so where each class was learnt by itself.</summary>
    public bool IsMultiClass { get; init; }

    /// <summary>Whether a batch goes in chip by chip, since what comes out tells no chips apart.</summary>
    public bool IsSingle { get; init; }

    /// <summary>What det_type may be, in the metadata or in an .emd.</summary>
    private static readonly Dictionary<string, OnnxBoxKind> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["YOLO_v5_or_v7_default"] = OnnxBoxKind.Rows,
        ["YOLO_v6"] = OnnxBoxKind.RowsOfClasses,
        ["YOLO_v9"] = OnnxBoxKind.Columns,
        [OnnxMetadata.UltralyticsLayout] = OnnxBoxKind.Columns,
        ["YOLO_Ultralytics_segmentation"] = OnnxBoxKind.Columns,
        ["end_to_end"] = OnnxBoxKind.Finished,
        ["boxes_labels_scores"] = OnnxBoxKind.Labelled,
        ["boxes_scores"] = OnnxBoxKind.Scored,
        ["boxes_scores_normalized"] = OnnxBoxKind.ScoredParts,
    };

    /// <summary>Finds the layout of a model, by its name or by the outputs' shapes.</summary>
    /// <param name="name">As the model names it; null where it does not.</param>
    /// <exception cref="LearnFormatException">The name is unknown, or the shapes fit none of the layouts or several.</exception>
    public static OnnxBoxLayout Of(OnnxSignature signature, OnnxInput input, int classes, string? name, TrainedSettings? settings, string shown)
    {
        OnnxBoxKind kind;
        if (name is not null)
        {
            kind = s_names.TryGetValue(name, out OnnxBoxKind known)
                ? known
                : throw new LearnFormatException($"has boxes as '{SafeText.Show(name)}' ({OnnxMetadata.DetectorTypeKey}); known are {string.Join(", ", s_names.Keys)}.", shown);
        }
        else
        {
            kind = Guess(signature, classes, shown);
        }

        (int boxes, int scores, int labels) = kind switch
        {
            OnnxBoxKind.Labelled => Three(signature, shown),
            OnnxBoxKind.Scored or OnnxBoxKind.ScoredParts => Two(signature, shown),
            _ => (0, 0, -1),
        };
        IReadOnlyList<OnnxDimension>? shape = signature.Outputs[boxes].Value.Shape;
        return new OnnxBoxLayout(kind, boxes, scores, labels, classes)
        {
            IsVoted = settings?.Loss == DetectorLoss.Balanced,
            IsMultiClass = settings is not null || kind is OnnxBoxKind.Scored or OnnxBoxKind.ScoredParts,
            IsSingle = kind == OnnxBoxKind.Labelled && shape?.Count != 3,
        };
    }

    private static OnnxBoxKind Guess(OnnxSignature signature, int classes, string shown)
    {
        List<OnnxBoxKind> fitting = [];
        switch (signature.Outputs.Count)
        {
            case 3 when Find(signature, "label", "class") >= 0 && Find(signature, "box") >= 0:
                fitting.Add(OnnxBoxKind.Labelled);
                break;
            case 2 when signature.Outputs.All(output => output.Value.Shape?.Count == 3) && signature.Outputs.Any(output => output.Value.Shape is [.., { Size: 4 }]):
                fitting.Add(OnnxBoxKind.Scored);
                break;
            default:
                if (signature.Outputs[0].Value.Shape is [_, OnnxDimension second, OnnxDimension third])
                {
                    AddIf(third.Size == 5 + classes, OnnxBoxKind.Rows);
                    AddIf(second.Size == 4 + classes || (signature.Outputs.Count == 2 && second.Size > 4 + classes), OnnxBoxKind.Columns);
                    AddIf(third.Size == 6, OnnxBoxKind.Finished);
                }

                break;
        }

        return fitting is [OnnxBoxKind one]
            ? one
            : throw new LearnFormatException(
                $"gives {SafeText.List([.. signature.Outputs.Select(output => output.Value)])}, which {(fitting.Count == 0 ? "no known layout of" : "may be several layouts of")} boxes of {classes} class(es). "
                + $"Say which by the metadata {OnnxMetadata.DetectorTypeKey}, or by that key in an .emd: {string.Join(", ", s_names.Keys)}.",
                shown);

        void AddIf(bool fits, OnnxBoxKind kind)
        {
            if (fits)
            {
                fitting.Add(kind);
            }
        }
    }

    private static (int Boxes, int Scores, int Labels) Three(OnnxSignature signature, string shown)
    {
        (int boxes, int scores, int labels) = (Find(signature, "box"), Find(signature, "score", "prob", "conf"), Find(signature, "label", "class"));
        return boxes >= 0 && scores >= 0 && labels >= 0 && boxes != scores && boxes != labels && scores != labels
            ? (boxes, scores, labels)
            : signature.Outputs.Count == 3 ? (0, 2, 1)          // torchvision's order
            : throw new LearnFormatException($"has no outputs for boxes, labels and scores among {SafeText.List([.. signature.Outputs.Select(output => output.Value)])}.", shown);
    }

    private static (int Boxes, int Scores, int Labels) Two(OnnxSignature signature, string shown)
    {
        if (signature.Outputs.Count != 2)
        {
            throw new LearnFormatException($"has {signature.Outputs.Count} outputs where boxes and scores belong.", shown);
        }

        int named = Find(signature, "box");
        int boxes = named >= 0 ? named : signature.Outputs[0].Value.Shape is [.., { Size: 4 }] ? 0 : 1;
        return (boxes, 1 - boxes, -1);
    }

    private static int Find(OnnxSignature signature, params string[] parts) => signature.Outputs.ToList()
        .FindIndex(output => parts.Any(part => output.Value.Name.Contains(part, StringComparison.OrdinalIgnoreCase)));
}
