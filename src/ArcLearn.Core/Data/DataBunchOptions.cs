using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>What to read and how to serve it.</summary>
internal sealed record DataBunchOptions
{
    public const int DefaultBatchSize = 64;
    public const int DefaultChipSize = 224;

    /// <summary>Training folders, absolute.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Null takes what the folders say.</summary>
    public string? DatasetType { get; init; }

    /// <summary>Null is 224, or the chips' own size where that is smaller.</summary>
    public int? ChipSize { get; init; }

    /// <summary>Null is 64, or the number of training chips where that is smaller.</summary>
    public int? BatchSize { get; init; }

    public double ValidationFraction { get; init; } = 0.1;

    public int Seed { get; init; } = 42;

    public DataSplit Split { get; init; }

    /// <summary>A class's name or value to the name it shall have; classes that are not among the keys are left out. Null keeps all.</summary>
    public IReadOnlyDictionary<string, string>? ClassMapping { get; init; }

    /// <summary>Names or values of classes whose pixels no loss counts, and whose boxes and images are left out.</summary>
    public IReadOnlyList<string> IgnoredClasses { get; init; } = [];

    /// <summary>Whether each side gets the classes in equal shares; the split is at random then.</summary>
    public bool IsStratified { get; init; }

    /// <summary>The shorter side that every chip is brought to before anything is cut of it; null leaves chips as they are.</summary>
    public int? ResizeTo { get; init; }

    /// <summary>Whether images and labels that cannot be read are named and left out; every image is decoded once for that. Else they are errors.</summary>
    public bool SkipDamaged { get; init; }

    public NormalizationKind Normalization { get; init; }

    /// <summary>Null is what suits the labels and the samples (<see cref="UsualTransform"/>).</summary>
    public LearnTransform? Transform { get; init; }

    /// <summary>Threads that decode and augment; 0 takes the processors. The batches do not depend on it.</summary>
    public int Workers { get; init; }

    /// <summary>Decoded chips that are kept, in bytes: every epoch needs them again.</summary>
    public long CacheBytes { get; init; } = 512L << 20;

    public IFileSystem Files { get; init; } = LocalFileSystem.Instance;

    public Action<string>? Warn { get; init; }

    /// <summary>What was done, for those who ask.</summary>
    public Action<string>? Inform { get; init; }
}
