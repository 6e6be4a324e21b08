namespace ArcLearn;

/// <summary>Settings of a pixel classifier, as -ModelArguments takes them.</summary>
public sealed class PixelClassifierSettings : TileSettings
{
    /// <summary>Whether a pixel may be background; else each gets the best of the classes.</summary>
    public object? predict_background { get => this[nameof(predict_background)]; set => this[nameof(predict_background)] = value; }

    /// <summary>Side of a tile, in pixels.</summary>
    public object? tile_size { get => this[nameof(tile_size)]; set => this[nameof(tile_size)] = value; }
}
