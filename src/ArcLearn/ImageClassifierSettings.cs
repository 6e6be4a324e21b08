namespace ArcLearn;

/// <summary>Settings of an image classifier, as -ModelArguments takes them.</summary>
public sealed class ImageClassifierSettings : SettingsTable
{
    /// <summary>Chips that go through the network at a time.</summary>
    public object? batch_size { get => this[nameof(batch_size)]; set => this[nameof(batch_size)] = value; }

    /// <summary>Whether each chip is seen in its eight turns and mirrorings.</summary>
    public object? test_time_augmentation { get => this[nameof(test_time_augmentation)]; set => this[nameof(test_time_augmentation)] = value; }
}
