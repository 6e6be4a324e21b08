using ArcLearn.Internal;

namespace ArcLearn;

/// <summary>A Single Shot Detector: boxes with a class and a score from one pass over a chip.</summary>
public sealed class SingleShotDetector : LearnModel
{
    internal SingleShotDetector(IDetectorEngine engine)
        : base(engine) => Detector = engine;

    internal IDetectorEngine Detector { get; }

    /// <summary>Cells along a side, one entry per grid of anchors.</summary>
    public IReadOnlyList<int> Grids => Detector.Grids.ToArray();

    /// <summary>Anchor sizes relative to a cell.</summary>
    public IReadOnlyList<double> Zooms => Detector.Zooms.ToArray();

    /// <summary>Anchor shapes.</summary>
    public IReadOnlyList<AspectRatio> Ratios => Detector.Ratios.ToArray();

    /// <summary>How the head reaches the grids: arcgis.learn's first way or its second.</summary>
    public int SsdVersion => Detector.SsdVersion;

    /// <summary>Boxes that the network scores in one chip.</summary>
    public int Anchors => Detector.Anchors;
}
