namespace ArcLearn;

/// <summary>Settings of a model that rasters are run through tile by tile, under arcgis' names.</summary>
public abstract class TileSettings : SettingsTable
{
    private protected TileSettings()
    {
    }

    /// <summary>Context around each tile, in pixels.</summary>
    public object? padding { get => this[nameof(padding)]; set => this[nameof(padding)] = value; }

    /// <summary>Chips that go through the network at a time.</summary>
    public object? batch_size { get => this[nameof(batch_size)]; set => this[nameof(batch_size)] = value; }

    /// <summary>Whether each chip is seen in its eight turns and mirrorings.</summary>
    public object? test_time_augmentation { get => this[nameof(test_time_augmentation)]; set => this[nameof(test_time_augmentation)] = value; }
}
