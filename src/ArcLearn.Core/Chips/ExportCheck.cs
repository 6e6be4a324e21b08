using ArcLearn.Core.Chips.Metadata;
using ArcLearn.Core.Packaging;
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

        IMetadataFormat format = MetadataFormatTable.Create(options.MetadataFormat, options.Classes);

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

        if (options.RotationAngle is not (>= 0 and < 360))
        {
            throw new LearnArgumentException("RotationAngle", FormattableString.Invariant($"A turn by {options.RotationAngle} degrees makes no further chips; it must lie between 0 and 360."));
        }

        if (options.Append && options.Force)
        {
            throw new LearnArgumentException("Append", "-Append keeps the folder and -Force replaces it; give one of them.", LearnArgumentException.ParameterMix);
        }

        CheckObjectOptions(options, format);
        CheckSources(options, format);
        CheckRasters(options, options.Sources);
        CheckRasters(options, options.OtherSources);
        CheckClasses(options);
        bool hasLabels = options.Sources.Any(s => s.ClassRaster is not null || s.Objects.Count > 0 || s.Aside?.Count > 0);
        return options with
        {
            ExportAllTiles = options.ExportAllTiles || (format.Counted == CountedLabels.None && !hasLabels),
            StrideX = options.StrideX == 0 ? options.TileWidth : options.StrideX,
            StrideY = options.StrideY == 0 ? options.TileHeight : options.StrideY,
        };
    }

    /// <summary>Names that become folders must be such everywhere, and differ in more than case.</summary>
    /// <exception cref="LearnDataException">ClassNameInvalid.</exception>
    public static void CheckClassNames(IMetadataFormat format, IReadOnlyList<ClassDefinition> classes)
    {
        if (!format.HasClassFolders)
        {
            return;
        }

        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (ClassDefinition item in classes)
        {
            string? problem = PortableName.Problem(item.Name) ?? (names.Add(item.Name) ? null : "differs from another in case only, or not at all");
            if (problem is not null)
            {
                throw new LearnDataException(
                    "ClassNameInvalid", $"Class {item.Value} is named '{item.Name}', and this metadata format makes a folder of it; but it {problem}. Rename the class.", item.Name);
            }
        }
    }

    /// <summary>What is added to a folder must be like what is in it.</summary>
    /// <exception cref="LearnDataException">OutputMismatch.</exception>
    public static void RequireSame(ExportOptions options, ExistingExport older, string folder)
    {
        string extension = ImageWriter.Extension(options.Format);
        (string What, object There, object Now)[] pairs =
        [
            ("metadata format", older.MetadataFormat, options.MetadataFormat),
            ("tile size", $"{older.TileWidth} by {older.TileHeight}", $"{options.TileWidth} by {options.TileHeight}"),
            ("number of bands", older.BandCount, options.Sources[0].Raster.Bands),
            ("chip format", older.ImageExtension ?? extension, extension),
            ("second image", older.AdditionalBands.Count, options.Sources[0].Additional?.Bands ?? 0),
        ];
        foreach ((string what, object there, object now) in pairs)
        {
            if (!there.Equals(now))
            {
                throw new LearnDataException(
                    "OutputMismatch", $"{folder} has another {what}: {there}, and {now} is to be added. Export into another folder; New-LearnDataBunch takes several.", folder);
            }
        }
    }

    private static void CheckObjectOptions(ExportOptions options, IMetadataFormat format)
    {
        bool hasObjects = options.Sources.All(s => s.ClassRaster is null);
        string? named = options.BlackenAroundFeature ? "BlackenAroundFeature" : options.CropMode != CropMode.FixedSize ? "CropMode" : null;
        if (named is not null && !(format.IsPerObject && hasObjects))
        {
            throw new LearnArgumentException(
                named, $"-{named} is for chips that are made for one object each: {MetadataFormats.LabeledTiles} and {MetadataFormats.Imagenet} with vector labels.", LearnArgumentException.ParameterMix);
        }

        if (options.MinPolygonOverlapRatio > 0 && !hasObjects)
        {
            throw new LearnArgumentException(
                "MinPolygonOverlapRatio", "A classified raster has no objects whose share in a chip could be told.", LearnArgumentException.ParameterMix);
        }
    }

    private static void CheckSources(ExportOptions options, IMetadataFormat format)
    {
        bool isPaired = options.MetadataFormat == MetadataFormats.CycleGan;
        if (isPaired != options.OtherSources.Count > 0)
        {
            throw new LearnArgumentException(
                "AdditionalInputRaster", $"{MetadataFormats.CycleGan} needs the raster of the other side, and no other format has one.", LearnArgumentException.ParameterMix);
        }

        if (options.Sources.Any(s => s.Additional is not null) && !(options.MetadataFormat is MetadataFormats.ClassifiedTiles or MetadataFormats.ExportTiles))
        {
            throw new LearnArgumentException(
                "AdditionalInputRaster",
                $"{options.MetadataFormat} has no second image; {MetadataFormats.ClassifiedTiles}, {MetadataFormats.ExportTiles} and {MetadataFormats.CycleGan} have.",
                LearnArgumentException.ParameterMix);
        }

        if (options.Sources.Any(s => s.Instances is not null) && options.MetadataFormat != MetadataFormats.PanopticSegmentation)
        {
            throw new LearnArgumentException(
                "InputInstanceData", $"Only {MetadataFormats.PanopticSegmentation} has instances beside classes.", LearnArgumentException.ParameterMix);
        }

        if (format.IsPerObject && options.ExportAllTiles && options.Sources.All(s => s.ClassRaster is null))
        {
            throw new LearnArgumentException(
                "Context", $"exportAllTiles has no meaning in {options.MetadataFormat}: each chip is made for an object.", LearnArgumentException.ParameterMix);
        }
    }

    private static void CheckRasters(ExportOptions options, IReadOnlyList<ExportSource> sources)
    {
        foreach (IRaster raster in sources.SelectMany(s => new[] { s.Raster, s.Additional }).OfType<IRaster>())
        {
            if (options.Format != ChipFormat.TIFF && (raster.Bands is not (1 or 3) || raster.SampleType != SampleType.UInt8))
            {
                throw new LearnArgumentException(
                    "ChipFormat",
                    $"{options.Format} chips hold one or three 8-bit bands; {raster.Path} has {raster.Bands} band(s) of {raster.SampleType}. Use -ChipFormat TIFF.");
            }
        }

        foreach (IRaster raster in sources.Select(s => s.Raster))
        {
            IRaster first = sources[0].Raster;
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
            foreach (Vectors.LabelObject item in source.Objects.Concat(source.Instances ?? []))
            {
                if (!known.Contains(item.Value))
                {
                    throw new LearnDataException("UnknownClass", $"Object {item.Id} has class value {item.Value}, which is not among the classes.", item.Value);
                }
            }
        }
    }
}
