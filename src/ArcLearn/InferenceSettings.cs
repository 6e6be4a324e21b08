namespace ArcLearn;

/// <summary>Settings of a detector or a pixel classifier, as -ModelArguments takes them.</summary>
public sealed class InferenceSettings : TileSettings
{
    /// <summary>Score that a detection needs, 0 to 1.</summary>
    public object? threshold { get => this[nameof(threshold)]; set => this[nameof(threshold)] = value; }

    /// <summary>Intersection over union that two detections of one class in a tile may have, 0 to 1.</summary>
    public object? nms_overlap { get => this[nameof(nms_overlap)]; set => this[nameof(nms_overlap)] = value; }

    /// <summary>Whether a tile leaves what lies in its padding to its neighbours.</summary>
    public object? exclude_pad_detections { get => this[nameof(exclude_pad_detections)]; set => this[nameof(exclude_pad_detections)] = value; }

    /// <summary>Whether a pixel may be background; else each gets the best of the classes.</summary>
    public object? predict_background { get => this[nameof(predict_background)]; set => this[nameof(predict_background)] = value; }

    /// <summary>Side of a tile, in pixels.</summary>
    public object? tile_size { get => this[nameof(tile_size)]; set => this[nameof(tile_size)] = value; }
}
