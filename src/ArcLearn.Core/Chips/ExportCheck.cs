using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips;

/// <summary>Everything that can be refused before the first pixel is read.</summary>
internal static class ExportCheck
{
    /// <returns>The options with their strides filled in.</returns>
    public static ExportOptions Run(ExportOptions options)
    {
        if (options.Sources.Count == 0)
        {
            throw new LearnArgumentException("InputRaster", "There is no raster to cut chips from.");
        }

        if (options.MetadataFormat != MetadataFormats.PascalVocRectangles)
        {
            throw new LearnArgumentException("MetadataFormat", $"'{options.MetadataFormat}' cannot be written; {MetadataFormats.PascalVocRectangles} can.");
        }

        // A TIFF's or JPEG's side has 16 bits; far below that a chip stops being one.
        if (options.TileWidth is < 1 or > 32_767 || options.TileHeight is < 1 or > 32_767)
        {
            throw new LearnArgumentException("TileSize", $"A tile of {options.TileWidth} by {options.TileHeight} pixels cannot be cut; each side has 1 to 32767.");
        }

        if (options.StrideX < 0 || options.StrideY < 0)
        {
            throw new LearnArgumentException("StrideSize", $"A stride of {options.StrideX}, {options.StrideY} pixels leads nowhere; it must be positive.");
        }

        if (options.StartIndex is < 0 or > 999_999_999)
        {
            throw new LearnArgumentException("StartIndex", $"{options.StartIndex} is not a chip number; they have nine digits.");
        }

        if (options.MinPolygonOverlapRatio is not (>= 0 and <= 1))
        {
            throw new LearnArgumentException("MinPolygonOverlapRatio", "The least share of an object in a chip lies between 0 and 1.");
        }

        CheckRasters(options);
        CheckClasses(options);
        return options with
        {
            StrideX = options.StrideX == 0 ? options.TileWidth : options.StrideX,
            StrideY = options.StrideY == 0 ? options.TileHeight : options.StrideY,
        };
    }

    private static void CheckRasters(ExportOptions options)
    {
        IRaster first = options.Sources[0].Raster;
        foreach (IRaster raster in options.Sources.Select(s => s.Raster))
        {
            if (!raster.SampleType.IsChipType())
            {
                throw ChipSamples.Refuse(raster);
            }

            if (options.Format != ChipFormat.TIFF && (raster.Bands is not (1 or 3) || raster.SampleType != SampleType.UInt8))
            {
                throw new LearnArgumentException(
                    "ChipFormat",
                    $"{options.Format} chips hold one or three 8-bit bands; {raster.Path} has {raster.Bands} band(s) of {raster.SampleType}. Use -ChipFormat TIFF.");
            }

            if (raster.Bands != first.Bands || raster.SampleType != first.SampleType)
            {
                throw new LearnDataException(
                    "MixedRasters",
                    $"{raster.Path} has {raster.Bands} band(s) of {raster.SampleType}, {first.Path} has {first.Bands} of {first.SampleType}: chips of one folder are all alike. Export them into two folders.",
                    raster.Path);
            }
        }
    }

    private static void CheckClasses(ExportOptions options)
    {
        HashSet<int> known = [.. options.Classes.Select(c => c.Value)];
        foreach (ExportSource source in options.Sources)
        {
            foreach (Vectors.LabelObject item in source.Objects)
            {
                if (!known.Contains(item.Value))
                {
                    throw new LearnDataException("UnknownClass", $"Object {item.Id} has class value {item.Value}, which is not among the classes.", item.Value);
                }
            }
        }
    }
}
