using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Inference;

/// <summary>The arguments of the inference functions, under arcgis' names.</summary>
internal static class InferenceArguments
{
    public static readonly ArgumentDefinition Padding = ArgumentDefinition.Integer(
        "padding", 0, null, "Context around each tile, in pixels; less than half of the tile. Neighbouring tiles overlap by twice as much.");

    public static readonly ArgumentDefinition Threshold = ArgumentDefinition.Share(
        "threshold", "Score that a detection needs, 0 to 1.");

    public static readonly ArgumentDefinition NmsOverlap = ArgumentDefinition.Share(
        "nms_overlap", "Of two detections of one class in a tile that overlap by more (intersection over union), the better one stays.");

    public static readonly ArgumentDefinition BatchSize = ArgumentDefinition.Integer(
        "batch_size", 1, 4096, "Chips that go through the network at a time; more take more memory. At least 2 are taken.");

    public static readonly ArgumentDefinition ExcludePadDetections = ArgumentDefinition.Boolean(
        "exclude_pad_detections", "Whether a tile leaves what lies in its padding to its neighbours.");

    public static readonly ArgumentDefinition TestTimeAugmentation = ArgumentDefinition.Boolean(
        "test_time_augmentation", "Whether each chip is seen in its eight turns and mirrorings, and the results are joined: eight times the work.");

    public static readonly ArgumentDefinition PredictBackground = ArgumentDefinition.Boolean(
        "predict_background", "Whether a pixel may be background; else each gets the best of the classes.");

    public static readonly ArgumentDefinition TileSize = ArgumentDefinition.Integer(
        "tile_size", 1, 8192, "Side of a tile in pixels: a multiple of 32, or the model's own chip size.");

    public static IReadOnlyList<ArgumentDefinition> Detector { get; } = [Padding, Threshold, NmsOverlap, BatchSize, ExcludePadDetections, TestTimeAugmentation];

    public static IReadOnlyList<ArgumentDefinition> Pixels { get; } = [Padding, BatchSize, PredictBackground, TestTimeAugmentation, TileSize];

    public static IReadOnlyList<ArgumentDefinition> Images { get; } = [BatchSize, TestTimeAugmentation];

    /// <summary>The names of arguments, for a table of them.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<ArgumentDefinition> arguments) => [.. arguments.Select(argument => argument.Name)];

    /// <summary>What a model's inference takes, with the values that it has where nothing is given.</summary>
    /// <returns>Empty for a type of model that is not known here.</returns>
    public static IReadOnlyList<ModelArgument> Of(ModelDefinitionFile definition)
    {
        int? chip = definition.ImageWidth is int width && width == definition.ImageHeight ? width : null;
        return definition.EffectiveModelType switch
        {
            ModelDefinitionFile.DetectorModelType => OfDetector(chip),
            ModelDefinitionFile.PixelModelType => OfPixelsOrLess(chip, definition),
            ModelDefinitionFile.ClassifierModelType => OfImages(),
            _ => [],
        };
    }

    private static ModelArgument[] OfImages()
    {
        ImageArguments defaults = ImageArguments.Parse(null);
        return [BatchSize.Describe(defaults.BatchSize), TestTimeAugmentation.Describe(defaults.TestTimeAugmentation)];
    }

    private static ModelArgument[] OfDetector(int? chip)
    {
        ModelArguments defaults = ModelArguments.Parse(null, chip ?? 1);
        return
        [
            Padding.Describe(chip is null ? null : defaults.Padding),
            Threshold.Describe(defaults.Threshold),
            NmsOverlap.Describe(defaults.NmsOverlap),
            BatchSize.Describe(defaults.BatchSize ?? RunJob.DefaultBatchSize),
            ExcludePadDetections.Describe(defaults.ExcludePadDetections),
            TestTimeAugmentation.Describe(defaults.TestTimeAugmentation),
        ];
    }

    /// <summary>Of a definition whose chips are too large to be run, what does not depend on them.</summary>
    private static ModelArgument[] OfPixelsOrLess(int? chip, ModelDefinitionFile definition)
    {
        try
        {
            return OfPixels(chip, definition);
        }
        catch (LearnArgumentException)
        {
            return OfPixels(null, definition with { Classes = [] });
        }
    }

    private static ModelArgument[] OfPixels(int? chip, ModelDefinitionFile definition)
    {
        PixelInput model = new(
            new ModelInput("", chip ?? 1, 1, SampleType.UInt8),
            definition.Classes,
            ChipStep: 1,
            HasBackground: definition.Settings?.PixelLoss is not { IsBackgroundIgnored: true } && !definition.IgnoredClasses.Contains(0),
            ReplicaBytes: (_, _) => 0);
        PixelArguments defaults = PixelArguments.Parse(null, model);
        return
        [
            Padding.Describe(chip is null ? null : defaults.Padding),
            BatchSize.Describe(defaults.BatchSize),
            PredictBackground.Describe(defaults.PredictBackground),
            TestTimeAugmentation.Describe(defaults.TestTimeAugmentation),
            TileSize.Describe(chip is null ? null : defaults.TileSize),
        ];
    }
}
