using System.Globalization;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Inference;

/// <summary>Whether a raster is what a model was trained on: bands, sample type, size of a pixel on the ground, in this order.</summary>
internal static class RasterCheck
{
    // Beyond this a detector meets objects of another size than those it learnt.
    private const double CellSizeTolerance = 0.1;

    /// <inheritdoc cref="Run(IRaster, ModelInput, Action{string}, IReadOnlyList{int}, IReadOnlyList{ModelMismatch})"/>
    public static void Run(IRaster raster, NetworkDefinition model, Action<string>? warn, IReadOnlyList<int>? bands = null, IReadOnlyList<ModelMismatch>? allowed = null) =>
        Run(raster, model.Input, warn, bands, allowed);

    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch, CellSizeMismatch.</exception>
    /// <param name="bands">The bands that the model is to read, from 0; null for the first ones.</param>
    /// <param name="allowed">Differences that are told and taken.</param>
    public static void Run(IRaster raster, ModelInput model, Action<string>? warn, IReadOnlyList<int>? bands = null, IReadOnlyList<ModelMismatch>? allowed = null)
    {
        CheckSamples(raster, model.Bands, bands, sampleType: null);
        Check(ModelMismatch.SampleType, () => CheckSamples(raster, model.Bands, bands, model.SampleType));
        Check(ModelMismatch.CellSize, () => CheckCellSize(raster, model, warn));

        void Check(ModelMismatch kind, Action check)
        {
            try
            {
                check();
            }
            catch (LearnDataException e) when (allowed?.Contains(kind) == true)
            {
                warn?.Invoke($"Searched all the same, as -AllowMismatch says: {e.Message}");
            }
        }
    }

    /// <param name="chosen">The bands that the model is to read, from 0; null for the first ones.</param>
    /// <param name="sampleType">Null for a model that takes any.</param>
    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch.</exception>
    /// <exception cref="LearnArgumentException">Band: not as many as the model reads, or one that the raster does not have.</exception>
    public static void CheckSamples(IRaster raster, int bands, IReadOnlyList<int>? chosen, SampleType? sampleType)
    {
        if (chosen is not null && (chosen.Count != bands || chosen.Any(band => band < 0 || band >= raster.Bands)))
        {
            throw new LearnArgumentException(
                "Band",
                $"-Band is {string.Join(", ", chosen.Select(band => band + 1))}; the model reads {bands} band(s), and {raster.Path} has those from 1 to {raster.Bands}.");
        }

        if (chosen is null && raster.Bands < bands)
        {
            throw new LearnDataException(
                "BandMismatch",
                $"{raster.Path} has {raster.Bands} band(s), the model reads {bands}. Give a raster with the bands that it was trained on.",
                raster.Path);
        }

        if (sampleType is SampleType type && raster.SampleType != type)
        {
            throw new LearnDataException(
                "SampleTypeMismatch",
                $"{raster.Path} holds {raster.SampleType} samples, the model was trained on {type}. The model knows the values it was trained on: convert the raster "
                + "by the rule that made those (a stretch such as 'gdal_translate -scale' alone makes others of each raster), or train on chips of this kind. -AllowMismatch SampleType searches it as it is.",
                raster.Path);
        }
    }

    private static void CheckCellSize(IRaster raster, ModelInput model, Action<string>? warn)
    {
        if (model.CellSize is not double trained || !raster.IsGeoreferenced)
        {
            return;
        }

        PixelGround found = PixelGround.Of(raster);
        (double x, double y) = PixelGround.MapUnits(raster.Transform);
        if (found.Metres is GroundSize here && model.Ground?.Metres is GroundSize there)
        {
            if (!IsNear(here.X, there.X) || !IsNear(here.Y, there.Y))
            {
                throw Mismatch(
                    raster, model.Name, PixelGround.Describe(here), PixelGround.Describe(there) + " on the ground", x / here.X * there.X, y / here.Y * there.Y);
            }
        }
        else if (found.Metres is null && model.Ground?.Metres is null && found.Epsg == model.Ground?.Epsg)
        {
            if (!IsNear(x, trained) || !IsNear(y, trained))
            {
                throw Mismatch(raster, model.Name, FormattableString.Invariant($"{x:G6} by {y:G6} map units"), FormattableString.Invariant($"{trained:G6}"), trained, trained);
            }
        }
        else
        {
            warn?.Invoke(
                $"Whether {raster.Path} has the pixel size that the model '{model.Name}' was trained on cannot be told: the unit of "
                + $"{(found.Metres is null ? raster.SpatialReference?.ToString() ?? "a raster without coordinate reference system" : "the model's coordinates")} is not known. "
                + FormattableString.Invariant($"In map units it is {x:G6} by {y:G6}, the model's {trained:G6}."));
        }
    }

    private static bool IsNear(double found, double trained) => Math.Abs(found - trained) <= CellSizeTolerance * trained;

    /// <param name="toX">Columns' size to resample to, in the run's own units.</param>
    /// <param name="toY">Rows' size to resample to, in the run's own units.</param>
    private static LearnDataException Mismatch(IRaster raster, string model, string found, string trained, double toX, double toY)
    {
        (double x, double y) = PixelGround.MapUnits(raster.Transform);
        string method = toX * toY > x * y ? "average" : "cubic";
        string name = Path.GetFileName(raster.Path);
        string size = string.Create(CultureInfo.InvariantCulture, $"{toX:G9} {toY:G9}");
        string cells = Math.Abs(toX - toY) <= 1e-6 * toX
            ? string.Create(CultureInfo.InvariantCulture, $"{toX:G9}")
            : string.Create(CultureInfo.InvariantCulture, $"{toX:G9}, {toY:G9}");
        string subject = raster is GridRaster ? $"The cells asked for over {raster.Path} measure" : $"{raster.Path} has pixels of";
        return new LearnDataException(
            "CellSizeMismatch",
            $"{subject} {found}; the model '{model}' was trained on {trained}. Search it in such cells: -Context @{{ cellSize = {cells} }} resamples while it reads. "
            + $"Or resample the raster first (sizes in its own units): gdalwarp -tr {size} -r {method} \"{name}\" \"{Path.GetFileNameWithoutExtension(name)}_resampled.tif\". -AllowMismatch CellSize searches it as it is.",
            raster.Path);
    }
}
