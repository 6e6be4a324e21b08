using System.Collections;

namespace ArcLearn.Core.Inference;

/// <summary>The arguments of a detector's inference function, under arcgis' names and with its defaults.</summary>
internal sealed record ModelArguments
{
    /// <summary>All names, as <see cref="Parse"/> knows them.</summary>
    public static readonly IReadOnlyList<string> Names = InferenceArguments.Names(InferenceArguments.Detector);

    /// <summary>Context around each tile, in pixels.</summary>
    public required int Padding { get; init; }

    /// <summary>Score that a detection needs, 0 to 1.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>IoU that two detections of one chip and class may have, 0 to 1.</summary>
    public double NmsOverlap { get; init; } = 0.1;

    /// <summary>Chips per call; null for the model's own. A part of what the result depends on: another batch is another run.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Whether a tile leaves what lies in its padding to its neighbours.</summary>
    public bool ExcludePadDetections { get; init; } = true;

    /// <summary>Whether each chip is seen in all its turns and mirrorings.</summary>
    public bool TestTimeAugmentation { get; init; }

    /// <summary>Reads a user's table.</summary>
    /// <param name="arguments">Names in any case; null for all defaults.</param>
    /// <param name="chipSize">The model's chip: the padding defaults to a quarter of it.</param>
    /// <exception cref="LearnArgumentException">
    /// ModelArguments: an unknown name (the message lists the known ones) or a value out of range.
    /// </exception>
    public static ModelArguments Parse(IDictionary? arguments, int chipSize)
    {
        ArgumentTable table = new("ModelArguments", arguments, Names);
        int padding = table.Integer(InferenceArguments.Padding) ?? chipSize / 4;
        TileGrid.CheckPadding(padding, chipSize);
        return new ModelArguments
        {
            Padding = padding,
            Threshold = table.Number(InferenceArguments.Threshold) ?? 0.5,
            NmsOverlap = table.Number(InferenceArguments.NmsOverlap) ?? 0.1,

            // A batch of one takes other code paths in libtorch than all larger ones: two is the least that is one shape.
            BatchSize = table.Integer(InferenceArguments.BatchSize) is int size ? Math.Max(2, size) : null,
            ExcludePadDetections = table.Boolean(InferenceArguments.ExcludePadDetections) ?? true,
            TestTimeAugmentation = table.Boolean(InferenceArguments.TestTimeAugmentation) ?? false,
        };
    }
}
