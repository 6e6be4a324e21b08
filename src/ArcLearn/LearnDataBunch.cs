using ArcLearn.Internal;

namespace ArcLearn;

/// <summary>Training and validation chips with the settings they are read with.</summary>
public sealed class LearnDataBunch
{
    internal LearnDataBunch(IDataContent content) => Content = content;

    internal IDataContent Content { get; }

    /// <summary>The folders the chips come from.</summary>
    public IReadOnlyList<string> Path => Content.Paths.ToArray();

    /// <summary>The format of the labels.</summary>
    public string DatasetType => Content.DatasetType;

    /// <summary>The classes, by value, without background.</summary>
    public IReadOnlyList<ClassDefinition> Classes => Content.Classes.ToArray();

    /// <summary>Side of the square that goes into the model, in pixels.</summary>
    public int ChipSize => Content.ChipSize;

    /// <summary>Chips per step.</summary>
    public int BatchSize => Content.BatchSize;

    /// <summary>Bands per chip.</summary>
    public int Bands => Content.Bands;

    /// <summary>Chips to train on.</summary>
    public int TrainingChips => Content.TrainingChips;

    /// <summary>Chips to validate on.</summary>
    public int ValidationChips => Content.ValidationChips;

    /// <summary>Chips left out because they overlap the other side of the split.</summary>
    public int DroppedChips => Content.DroppedChips;

    /// <summary>How training and validation were separated: Spatial or Random.</summary>
    public string Split => Content.Split;

    /// <summary>The seed of the split and of all augmentation.</summary>
    public int Seed => Content.Seed;

    /// <summary>What training chips go through by chance.</summary>
    public LearnTransform Transform => Content.Transform;
}
