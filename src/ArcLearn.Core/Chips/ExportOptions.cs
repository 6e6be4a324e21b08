using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Chips;

/// <summary>A raster with the objects on it, in the raster's own coordinate reference system.</summary>
/// <param name="Area">The part to cut, within the raster; null for all of it.</param>
/// <param name="Aside">Labels that were only counted.</param>
internal sealed record ExportSource(IRaster Raster, IReadOnlyList<LabelObject> Objects, PixelWindow? Area = null, LabelsAside? Aside = null);

/// <summary>What to cut and where to put it.</summary>
internal sealed record ExportOptions
{
    /// <summary>One or several; all chips go into one folder and are numbered through.</summary>
    public required IReadOnlyList<ExportSource> Sources { get; init; }

    /// <summary>Every class of the call, by value.</summary>
    public required IReadOnlyList<ClassDefinition> Classes { get; init; }

    /// <summary>The folder to make, absolute.</summary>
    public required string OutputFolder { get; init; }

    public ChipFormat Format { get; init; } = ChipFormat.TIFF;

    public string MetadataFormat { get; init; } = MetadataFormats.PascalVocRectangles;

    /// <summary>Columns of a chip.</summary>
    public int TileWidth { get; init; } = 256;

    /// <summary>Rows of a chip.</summary>
    public int TileHeight { get; init; } = 256;

    /// <summary>Columns from one chip to the next; 0 means the chip's own.</summary>
    public int StrideX { get; init; }

    /// <summary>Rows from one chip to the next; 0 means the chip's own.</summary>
    public int StrideY { get; init; }

    /// <summary>Also writes chips without any object.</summary>
    public bool ExportAllTiles { get; init; }

    /// <summary>The number of the first chip.</summary>
    public int StartIndex { get; init; }

    /// <summary>An object is left out of a chip that holds less than this share (0 to 1) of its area.</summary>
    public double MinPolygonOverlapRatio { get; init; }

    /// <summary>Replaces an existing training folder; what else lies in it (saved models) stays.</summary>
    public bool Force { get; init; }

    /// <summary>Worker threads; 0 takes the processors. The output does not depend on it.</summary>
    public int Workers { get; init; }

    /// <summary>Labels that were left out before the export, by reason; passed on in the result.</summary>
    public IReadOnlyDictionary<string, int> SkippedLabels { get; init; } = new Dictionary<string, int>();
}

/// <summary>Where an export writes and whom it tells; both callbacks come on the calling thread.</summary>
internal sealed record ExportContext
{
    public IFileSystem Files { get; init; } = LocalFileSystem.Instance;

    /// <summary>Tiles done and tiles in all.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Each kind of warning once, with its count.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Takes a sentence about each thing that was opened or decided.</summary>
    public Action<string>? Inform { get; init; }

    /// <summary>Asked when nothing speaks against the export and nothing has been written; false ends it.</summary>
    public Func<bool>? Confirm { get; init; }
}
