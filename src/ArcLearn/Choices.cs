namespace ArcLearn;

/// <summary>Where a model runs.</summary>
public enum LearnDevice
{
    /// <summary>CUDA where torch reports a device, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first CUDA device; an error where there is none.</summary>
    Cuda,
}

/// <summary>How chips are separated into training and validation.</summary>
public enum DataSplit
{
    /// <summary>Spatial where the chips have a georeference, else random.</summary>
    Auto,

    /// <summary>By place: no chip of one side overlaps one of the other.</summary>
    Spatial,

    /// <summary>By chance alone.</summary>
    Random,
}

/// <summary>How samples are scaled before they reach the network.</summary>
public enum NormalizationKind
{
    /// <summary>ImageNet for 8-bit chips of three bands, else Dataset.</summary>
    Auto,

    /// <summary>x/255, then the mean and deviation of ImageNet.</summary>
    ImageNet,

    /// <summary>Mean and deviation of the training chips, band by band.</summary>
    Dataset,
}

/// <summary>How the learning rate goes over a training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Up over the first 30 % of the steps, then down to almost nothing, by cosines; the momentum goes the other way.</summary>
    OneCycle,

    /// <summary>The same rate throughout.</summary>
    Constant,
}

/// <summary>What the training of a detector makes small.</summary>
public enum DetectorLoss
{
    /// <summary>
    /// For each matched anchor of the batch: one less the generalised intersection over union of its box (Rezatofighi et al. 2019), and the
    /// focal loss of all scores (Lin et al. 2017). Chips without objects count as background.
    /// </summary>
    Balanced,

    /// <summary>arcgis.learn's: the mean distance of the matched boxes' coordinates, in parts of the chip, and the cross entropy of all scores, summed over the chips.</summary>
    Reference,
}

/// <summary>What a pixel classifier makes of pixels without a label.</summary>
public enum BackgroundPixels
{
    /// <summary>
    /// Ignore where the data have two classes or more: nobody said what these pixels are. Learn where they have one class only: then they are all that is not of it.
    /// </summary>
    Auto,

    /// <summary>They are a class of their own, background.</summary>
    Learn,

    /// <summary>They count neither in the loss nor in any measure, and no pixel is classified as background.</summary>
    Ignore,
}

/// <summary>What a dice loss is reckoned over.</summary>
public enum DiceAverage
{
    /// <summary>All pixels together: frequent classes decide.</summary>
    Micro,

    /// <summary>Each class by itself, then the mean of those that are there: rare classes count as much as frequent ones.</summary>
    Macro,
}

/// <summary>What a network computes in; weights are kept and saved in 32 bits either way.</summary>
public enum LearnPrecision
{
    /// <summary>32-bit numbers.</summary>
    Float32,

    /// <summary>Convolutions of bfloat16 (8 significant bits) with 32-bit sums; batch norm, losses and optimiser in 32 bits. About twice as fast where the
    /// processor has instructions for it (avx512_bf16, amx_bf16).</summary>
    BFloat16,
}

/// <summary>Whose model store.</summary>
public enum ModelScope
{
    /// <summary>The current user's.</summary>
    CurrentUser,

    /// <summary>The machine's.</summary>
    AllUsers,
}

/// <summary>Which flips and quarter turns training chips may go through.</summary>
public enum ChipFlip
{
    /// <summary>None.</summary>
    None,

    /// <summary>Left and right change places.</summary>
    Horizontal,

    /// <summary>Above and below change places.</summary>
    Vertical,

    /// <summary>Both of these, each for itself.</summary>
    Both,

    /// <summary>All eight flips and quarter turns.</summary>
    Dihedral,
}

/// <summary>What becomes of a run over a raster of which a part cannot be read.</summary>
public enum BadTilePolicy
{
    /// <summary>The first tile that cannot be read ends it with an error; repeated, it goes on where it stopped.</summary>
    Stop,

    /// <summary>It goes on, and lists the tiles that are missing.</summary>
    List,
}

/// <summary>In what a raster may differ from those that a model was trained on.</summary>
public enum ModelMismatch
{
    /// <summary>The type of its samples: the model knows the values of the type that it was trained on.</summary>
    SampleType,

    /// <summary>The size of its pixels on the ground: the model knows objects of the size that it was trained on.</summary>
    CellSize,
}

/// <summary>What a pixel becomes that several tiles of a run see, since tiles overlap by their padding.</summary>
public enum MergePolicy
{
    /// <summary>What the tile says that owns it, whose middle is nearest.</summary>
    None,

    /// <summary>The class whose probability is greatest in the mean over all tiles that see it.</summary>
    Mean,
}
