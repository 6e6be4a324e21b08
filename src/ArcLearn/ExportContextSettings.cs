namespace ArcLearn;

/// <summary>Where and how chips are cut, as Export-TrainingData takes it as -Context: arcgis' context.</summary>
public sealed class ExportContextSettings : SettingsTable
{
    /// <summary>The size of a pixel of the chips, in map units: a number, or x, y.</summary>
    public object? cellSize { get => this[nameof(cellSize)]; set => this[nameof(cellSize)] = value; }

    /// <summary>Whether tiles without labels are kept.</summary>
    public object? exportAllTiles { get => this[nameof(exportAllTiles)]; set => this[nameof(exportAllTiles)] = value; }

    /// <summary>Where chips are cut: xmin, ymin, xmax, ymax, or a table of them with spatialReference.</summary>
    public object? extent { get => this[nameof(extent)]; set => this[nameof(extent)] = value; }

    /// <summary>The number of the first chip.</summary>
    public object? startIndex { get => this[nameof(startIndex)]; set => this[nameof(startIndex)] = value; }
}
