using System.Text;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;
using ArcLearn.Core.Training;
using SkiaSharp;

namespace ArcLearn.Core.Reporting;

/// <summary>
/// What a package says of its model beside the weights: model_metrics.html, one page with all its pictures in it, and the pictures as files of their own, where arcgis.learn has them.
/// </summary>
/// <param name="Files">To go into the package.</param>
/// <param name="Results">To go into the definition.</param>
internal sealed record ModelReport(IReadOnlyList<PackageFile> Files, SavedResults Results)
{
    public const string PageName = "model_metrics.html";
    public const string Folder = "ModelCharacteristics";
    public const string LossName = Folder + "/loss_graph.png";
    public const string ResultsName = Folder + "/show_results.png";
    public const string ConfusionName = Folder + "/confusion_matrix.png";
    public const string MetricsName = Folder + "/metrics.html";

    /// <summary>All files that a report may have.</summary>
    public static readonly IReadOnlyList<string> AllNames = [PageName, LossName, ResultsName, ConfusionName, MetricsName];

    private const int Rows = 4;

    // arcgis.learn's own, and the usual one.
    private static readonly double[] s_iouThresholds = [0.1, 0.5];

    /// <summary>Measures a model on its validation chips, if it has any, and draws what there is to see; of a model that was opened without any, what was known of it.</summary>
    /// <param name="name">The name that it is saved under.</param>
    /// <param name="warn">Told what is missing: a model is saved all the same.</param>
    public static ModelReport Make(ModelEngine model, string name, Action<string>? warn, CancellationToken cancel)
    {
        SavedResults results = model.Results;
        Dictionary<string, byte[]> pictures = new(model.Pictures, StringComparer.Ordinal);
        if (results.History.Epochs.Count > 0)
        {
            using SKBitmap curve = TrainingCurve.Picture(results.History.Epochs, out _);
            pictures[LossName] = PictureFile.Bytes(curve);
        }

        if (model.Data?.ValidationChips > 0)
        {
            try
            {
                results = Measure(model, name, results, pictures, cancel);
            }
            catch (Exception e) when (e is LearnDataException { Id: not ("ModelBusy" or "ModelDisposed") } or LearnFormatException or IOException or UnauthorizedAccessException)
            {
                warn?.Invoke($"The model's report goes without what is measured on the validation chips: {e.Message}");
            }
        }

        List<PackageFile> files = [.. pictures.Select(picture => new PackageFile(picture.Key, picture.Value))];
        files.Add(new PackageFile(PageName, Encoding.UTF8.GetBytes(ReportPage.Write(model, name, results, pictures))));
        if (results.Accuracy is not null || results.Precision.Count > 0)
        {
            files.Add(new PackageFile(MetricsName, Encoding.UTF8.GetBytes(ReportPage.WriteMetrics(name, results))));
        }

        return new ModelReport(files, results);
    }

    private static SavedResults Measure(ModelEngine model, string name, SavedResults results, Dictionary<string, byte[]> pictures, CancellationToken cancel)
    {
        ModelResultSheetOptions options = new() { Rows = Rows, Name = name };
        switch (model)
        {
            case SsdEngine detector:
                results = results with { Precision = detector.Measure([.. s_iouThresholds.Select(iou => new AveragePrecisionOptions(0.2, iou, null, false))], null, warn: null, cancel) };
                Add(ModelResultSheet.Picture(detector, null, options, out _, cancel), ResultsName);
                break;
            case UnetEngine unet:
                results = results with { Accuracy = unet.Measure(null, LearnPrecision.Float32, warn: null, cancel) };
                Add(PixelResultSheet.Picture(unet, null, options, out _, cancel), ResultsName);
                break;
            case ClassifierEngine classifier:
                results = results with { Accuracy = classifier.Measure(null, LearnPrecision.Float32, cancel) };
                Add(ImageResultSheet.Picture(classifier, null, options, isHardest: false, out _, cancel), ResultsName);
                break;
        }

        if (results.Accuracy?.ConfusionMatrix is { } matrix)
        {
            Add(ConfusionPicture.Draw(matrix, FormattableString.Invariant($"{name}: accuracy {matrix.Accuracy:0.000}, {matrix.Total} {matrix.Unit}")), ConfusionName);
        }

        return results;

        void Add(SKBitmap picture, string file)
        {
            using (picture)
            {
                pictures[file] = PictureFile.Bytes(picture);
            }
        }
    }
}
