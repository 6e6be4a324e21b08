namespace ArcLearn.Internal;

/// <summary>What a <see cref="LearnModel"/> is made of; implemented where torch is.</summary>
internal interface IModelEngine : IDisposable
{
    string Name { get; }

    string Backbone { get; }

    IReadOnlyList<ClassDefinition> Classes { get; }

    int ChipSize { get; }

    int Bands { get; }

    long Parameters { get; }

    bool IsFrozen { get; }

    string Device { get; }

    LearnDataBunch? Data { get; }
}

/// <summary>What a <see cref="SingleShotDetector"/> adds.</summary>
internal interface IDetectorEngine : IModelEngine
{
    IReadOnlyList<int> Grids { get; }

    IReadOnlyList<double> Zooms { get; }

    IReadOnlyList<AspectRatio> Ratios { get; }

    int SsdVersion { get; }

    int Anchors { get; }
}

/// <summary>What a <see cref="UnetClassifier"/> adds.</summary>
internal interface IPixelEngine : IModelEngine
{
    bool IsBackgroundIgnored { get; }

    IReadOnlyList<double>? ClassWeights { get; }
}

/// <summary>What a <see cref="FeatureClassifier"/> adds.</summary>
internal interface IClassifierEngine : IModelEngine
{
    bool IsMultiLabel { get; }

    IReadOnlyList<double>? ClassWeights { get; }
}

/// <summary>What a <see cref="LearnDataBunch"/> is made of.</summary>
internal interface IDataContent
{
    IReadOnlyList<string> Paths { get; }

    string DatasetType { get; }

    IReadOnlyList<ClassDefinition> Classes { get; }

    int ChipSize { get; }

    int BatchSize { get; }

    int Bands { get; }

    int TrainingChips { get; }

    int ValidationChips { get; }

    int DroppedChips { get; }

    string Split { get; }

    int Seed { get; }

    LearnTransform Transform { get; }
}
