using System.Collections;

namespace ArcLearn.Core.Inference;

/// <summary>The arguments of a pixel classifier's inference function, under arcgis' names and with its defaults.</summary>
internal sealed record PixelArguments
{
    /// <summary>All names, as <see cref="Parse"/> knows them.</summary>
    public static readonly IReadOnlyList<string> Names = InferenceArguments.Names(InferenceArguments.Pixels);

    /// <summary>Context around each tile, in pixels.</summary>
    public required int Padding { get; init; }

    /// <summary>Side of a tile, in pixels.</summary>
    public required int TileSize { get; init; }

    /// <summary>Chips per call. A part of what the result depends on: another batch is another run.</summary>
    public int BatchSize { get; init; } = RunJob.DefaultBatchSize;

    /// <summary>Whether a pixel may be background; else each gets the best of the classes.</summary>
    public bool PredictBackground { get; init; } = true;

    /// <summary>Whether each chip is seen in all its turns and mirrorings.</summary>
    public bool TestTimeAugmentation { get; init; }

    /// <summary>Reads a user's table.</summary>
    /// <param name="arguments">Names in any case; null for all defaults.</param>
    /// <param name="model">Its chip is the tile where none is asked for; a quarter of the tile is the padding.</param>
    /// <exception cref="LearnArgumentException">
    /// ModelArguments: an unknown name (the message lists the known ones) or a value out of range.
    /// </exception>
    public static PixelArguments Parse(IDictionary? arguments, PixelInput model)
    {
        int chipSize = model.Samples.ChipSize;
        ArgumentTable table = new("ModelArguments", arguments, Names);
        int tile = table.Integer(InferenceArguments.TileSize) ?? chipSize;
        if (tile != chipSize && !(tile % model.ChipStep == 0))
        {
            throw table.Fault("tile_size", tile, model.ChipStep is int step
                ? FormattableString.Invariant($"a multiple of {step} pixels, or the model's own {chipSize}")
                : FormattableString.Invariant($"{chipSize}: this model takes no other tiles"));
        }

        int padding = table.Integer(InferenceArguments.Padding) ?? tile / 4;
        TileGrid.CheckPadding(padding, tile);

        // A batch of one takes other code paths in libtorch than all larger ones: two is the least that is one shape.
        int batch = table.Integer(InferenceArguments.BatchSize) is int size ? Math.Max(2, size) : RunJob.DefaultBatchSize;
        long most = Array.MaxLength / ((long)batch * Math.Max(model.Samples.Bands, model.Classes.Count + 1));
        if ((long)tile * tile > most)
        {
            throw table.Fault("tile_size", tile, FormattableString.Invariant(
                $"at most {(int)Math.Sqrt(most)} with a batch_size of {batch}, {model.Samples.Bands} band(s) and {model.Classes.Count} class(es): a batch is one array, of no more than 2^31 numbers. Give a smaller tile_size or batch_size"));
        }

        return new PixelArguments
        {
            Padding = padding,
            TileSize = tile,
            BatchSize = batch,
            PredictBackground = table.Boolean(InferenceArguments.PredictBackground) ?? model.HasBackground,
            TestTimeAugmentation = table.Boolean(InferenceArguments.TestTimeAugmentation) ?? false,
        };
    }
}
