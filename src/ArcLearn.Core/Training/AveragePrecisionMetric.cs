using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;

namespace ArcLearn.Core.Training;

/// <summary>
/// Average precision at one IoU threshold, image by image: the continuous area under the precision envelope.
/// A detection is right when the truth it overlaps most is of its class, overlaps enough and was not found before in class and score order.
/// </summary>
internal sealed class AveragePrecisionMetric
{
    /// <summary>Name of the record that stands for all classes.</summary>
    public const string MeanName = "(mean)";

    private readonly IReadOnlyList<ClassDefinition> _classes;
    private readonly List<(float Score, bool IsRight)>[] _judged;
    private readonly int[] _truth;
    private int _images;

    public AveragePrecisionMetric(IReadOnlyList<ClassDefinition> classes, AveragePrecisionOptions options)
    {
        _classes = classes;
        Options = options;
        _truth = new int[classes.Count];
        _judged = new List<(float, bool)>[classes.Count];
        for (int i = 0; i < _judged.Length; i++)
        {
            _judged[i] = [];
        }
    }

    public AveragePrecisionOptions Options { get; }

    /// <summary>Adds one image.</summary>
    /// <param name="truth">Its objects; labels count the classes from 1, a label of 0 is padding.</param>
    /// <param name="detections">Its detections after suppression, in pixels; those below the score threshold are left out here.</param>
    /// <param name="chipSize">Pixels of the image's side: what the truth's parts are parts of.</param>
    public void Add(IReadOnlyList<BoxLabel> truth, IReadOnlyList<ChipDetection> detections, int chipSize)
    {
        _images++;
        foreach (BoxLabel box in truth)
        {
            if (box.Label > 0)
            {
                _truth[box.Label - 1]++;
            }
        }

        bool[] taken = new bool[truth.Count];
        foreach (ChipDetection detection in detections
            .Where(d => d.Score >= Options.DetectThreshold)
            .OrderBy(d => d.ClassIndex)
            .ThenByDescending(d => d.Score))
        {
            (int match, double overlap) = FindClosest(truth, detection, chipSize);
            bool isRight = overlap >= Options.IouThreshold && match >= 0 && !taken[match] && truth[match].Label - 1 == detection.ClassIndex;
            if (isRight)
            {
                taken[match] = true;
            }

            _judged[detection.ClassIndex].Add((detection.Score, isRight));
        }
    }

    /// <summary>One record per class in class order, then the mean.</summary>
    public IReadOnlyList<AveragePrecision> Compute()
    {
        List<AveragePrecision> results = [];
        for (int i = 0; i < _classes.Count; i++)
        {
            List<(float Score, bool IsRight)> judged = [.. _judged[i].OrderByDescending(d => d.Score)];
            int right = judged.Count(d => d.IsRight);
            results.Add(Record(_classes[i].Name, AreaUnderEnvelope(judged, _truth[i]), _truth[i], judged.Count, right) with { Curve = Curve(judged, _truth[i]) });
        }

        results.Add(Record(
            MeanName,
            Mean(results),
            results.Sum(r => r.Truth),
            results.Sum(r => r.Detections),
            results.Sum(r => r.TruePositives)));
        return results;
    }

    /// <summary>Over the classes that the images hold: of one that they do not, nothing could be found. 0 when they hold none.</summary>
    private static double Mean(List<AveragePrecision> results) =>
        results.Where(r => r.Truth > 0).Select(r => r.Value).DefaultIfEmpty(0).Average();

    /// <summary>Area under the precision that is never lower at a lower recall (Pascal VOC's, from 2010 on).</summary>
    private static double AreaUnderEnvelope(List<(float Score, bool IsRight)> judged, int truth)
    {
        double[] precision = new double[judged.Count];
        int right = 0;
        for (int i = 0; i < precision.Length; i++)
        {
            right += judged[i].IsRight ? 1 : 0;
            precision[i] = (double)right / (i + 1);
        }

        double area = 0;
        double highest = 0;
        for (int i = precision.Length - 1; i >= 0; i--)
        {
            highest = Math.Max(highest, precision[i]);
            area += judged[i].IsRight ? highest / truth : 0;
        }

        return area;
    }

    /// <summary>A point for each score, the highest first; empty without truth, of which no recall can be told.</summary>
    private List<PrecisionRecallPoint>? Curve(List<(float Score, bool IsRight)> judged, int truth)
    {
        if (!Options.CurvePoints)
        {
            return null;
        }

        List<PrecisionRecallPoint> points = [];
        int right = 0;
        for (int i = 0; i < judged.Count && truth > 0; i++)
        {
            right += judged[i].IsRight ? 1 : 0;

            // Detections of one score are taken together: no threshold lies between them.
            if (i + 1 == judged.Count || judged[i + 1].Score < judged[i].Score)
            {
                points.Add(new PrecisionRecallPoint(judged[i].Score, (double)right / (i + 1), (double)right / truth));
            }
        }

        return points;
    }

    private static (int Index, double Overlap) FindClosest(IReadOnlyList<BoxLabel> truth, ChipDetection detection, int chipSize)
    {
        (int Index, double Overlap) best = (-1, -1);
        for (int i = 0; i < truth.Count; i++)
        {
            double overlap = truth[i].Label > 0 ? Overlap(truth[i], detection, chipSize) : -1;
            if (overlap > best.Overlap)
            {
                best = (i, overlap);
            }
        }

        return best;
    }

    private static double Overlap(BoxLabel truth, ChipDetection detection, int chipSize)
    {
        // Rounded to single precision, so that parts of whole pixels are whole pixels again.
        double left = truth.XMin * chipSize;
        double top = truth.YMin * chipSize;
        double right = truth.XMax * chipSize;
        double bottom = truth.YMax * chipSize;
        double width = Math.Min(right, detection.XMax) - Math.Max(left, detection.XMin);
        double height = Math.Min(bottom, detection.YMax) - Math.Max(top, detection.YMin);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        double common = width * height;
        double detected = ((double)detection.XMax - detection.XMin) * ((double)detection.YMax - detection.YMin);
        return common / (((right - left) * (bottom - top)) + detected - common);
    }

    private AveragePrecision Record(string name, double value, int truth, int detections, int right) => new()
    {
        Class = name,
        Value = value,
        Truth = truth,
        Detections = detections,
        TruePositives = right,
        IouThreshold = Options.IouThreshold,
        DetectThreshold = Options.DetectThreshold,
        Images = _images,
    };
}
