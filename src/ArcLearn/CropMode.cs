namespace ArcLearn;

/// <summary>How large the chip of one object is, in Labeled_Tiles and Imagenet.</summary>
public enum CropMode
{
    /// <summary>The tile size, with the object in the middle.</summary>
    FixedSize,

    /// <summary>The object's bounds, and at most the tile size.</summary>
    BoundingBox,
}

/// <summary>What the coordinates of chips are.</summary>
public enum ReferenceSystem
{
    /// <summary>The raster's map coordinates; its pixels where it has no georeference.</summary>
    MapSpace,

    /// <summary>Pixels of the raster, as it was taken.</summary>
    ImageSpace,

    /// <summary>Pixels of the raster.</summary>
    PixelSpace,
}
