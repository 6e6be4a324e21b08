namespace ArcLearn;

/// <summary>Where and on what a run takes place, as -Context takes it: arcgis' context.</summary>
public sealed class ContextSettings : SettingsTable
{
    /// <summary>The size of a cell to search in, in map units of the run: a number, or x, y.</summary>
    public object? cellSize { get => this[nameof(cellSize)]; set => this[nameof(cellSize)] = value; }

    /// <summary>Where results count: xmin, ymin, xmax, ymax, or a table of them with spatialReference.</summary>
    public object? extent { get => this[nameof(extent)]; set => this[nameof(extent)] = value; }

    /// <summary>The system that the run works and writes in: an EPSG code, well-known text, or a table with wkid.</summary>
    public object? outSR { get => this[nameof(outSR)]; set => this[nameof(outSR)] = value; }

    /// <summary>A share of the cores, such as 80%, or a count.</summary>
    public object? parallelProcessingFactor { get => this[nameof(parallelProcessingFactor)]; set => this[nameof(parallelProcessingFactor)] = value; }

    /// <summary>CPU or GPU.</summary>
    public object? processorType { get => this[nameof(processorType)]; set => this[nameof(processorType)] = value; }

    /// <summary>The path of a raster on whose grid the cells lie.</summary>
    public object? snapRaster { get => this[nameof(snapRaster)]; set => this[nameof(snapRaster)] = value; }
}
