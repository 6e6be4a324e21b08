using System.Collections;

namespace ArcLearn.Core.Inference;

/// <summary>The arguments of an image classifier's inference function, under arcgis' names.</summary>
internal sealed record ImageArguments
{
    /// <summary>Chips per call. A part of what the result depends on: another batch is another run.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>See <see cref="AugmentedScorer"/>.</summary>
    public bool TestTimeAugmentation { get; init; }

    /// <summary>Reads a user's table.</summary>
    /// <exception cref="LearnArgumentException">
    /// ModelArguments: an unknown name (the message lists the known ones) or a value out of range.
    /// </exception>
    public static ImageArguments Parse(IDictionary? arguments)
    {
        ArgumentTable table = new("ModelArguments", arguments, InferenceArguments.Names(InferenceArguments.Images));

        // A batch of one takes other code paths in libtorch than all larger ones: two is the least that is one shape.
        ImageArguments defaults = new();
        return new ImageArguments
        {
            BatchSize = Math.Max(2, table.Integer(InferenceArguments.BatchSize) ?? defaults.BatchSize),
            TestTimeAugmentation = table.Boolean(InferenceArguments.TestTimeAugmentation) ?? defaults.TestTimeAugmentation,
        };
    }
}
