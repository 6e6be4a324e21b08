using System.Diagnostics;
using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Vectors;
using ArcLearn.Core.Vectors.Updates;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Classifies the features of a layer and writes the answers into it: all of them or, where it ends before, none. What is done is kept in a journal, so that a
/// repeated run goes on where an interrupted one stopped.
/// </summary>
internal static class FeatureClassification
{
    /// <summary>Everything that <see cref="Run"/> refuses before it reads a chip; writes nothing.</summary>
    /// <inheritdoc cref="Run"/>
    public static void Check(FeatureRequest request, ClassifierDefinition model, Action<string>? warn, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        using IVectorLayer layer = VectorLayers.Open(request.Layer.Path, request.Layer.Layer, files);
        using IFeatureChips chips = Chips(request, layer, model, warn, files, CancellationToken.None);
        LayerUpdates.Begin(layer, Fields(request, model), files).Dispose();
    }

    /// <exception cref="LearnDataException">The layer cannot take the fields (<see cref="LayerUpdates.Begin"/>), the raster is not what the model was trained on, a journal of another run is there (JournalMismatch).</exception>
    /// <exception cref="LearnFormatException">Layer, raster or a tile is damaged.</exception>
    public static ClassifiedLayer Run(
        FeatureRequest request, ClassifierEngine model, Action<long>? progress, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        Stopwatch watch = Stopwatch.StartNew();
        using IVectorLayer layer = VectorLayers.Open(request.Layer.Path, request.Layer.Layer, files);
        FieldUpdate[] fields = Fields(request, model.Definition);
        LayerUpdates.Begin(layer, fields, files).Dispose();
        using IFeatureChips chips = Chips(request, layer, model.Definition, warn, files, cancel);
        string path = JournalFor(request);
        files.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using FeatureJournal journal = FeatureJournal.Open(path, Identity(request, model, layer, chips, files, cancel), request.Force, files);
        long resumed = journal.Done;
        if (resumed > 0)
        {
            warn?.Invoke($"Going on with {path}: {resumed} feature(s) were done before.");
        }

        Classify(request, model, layer, chips, journal, progress, cancel);
        ClassifiedLayer result = Write(layer, fields, request, model, journal, files, cancel);
        journal.Complete();
        return result with { ResumedFeatures = resumed, Duration = watch.Elapsed };
    }

    private static void Classify(
        FeatureRequest request, ClassifierEngine model, IVectorLayer layer, IFeatureChips chips, FeatureJournal journal, Action<long>? progress, CancellationToken cancel)
    {
        using ChipScorer scorer = new(model, request.BatchSize, request.Precision);
        List<FeatureOutcome> waiting = [];
        int filled = 0;
        long ordinal = 0;
        long done = journal.Done;
        foreach (VectorFeature feature in layer.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (++ordinal <= done)
            {
                continue;
            }

            string? reason = chips.Read(feature, scorer.Place(filled));
            filled += reason is null ? 1 : 0;
            waiting.Add(new FeatureOutcome(ordinal, feature.Id, -1, 0, reason));
            if (filled == scorer.BatchSize || waiting.Count >= 64 * scorer.BatchSize)
            {
                Flush();
                progress?.Invoke(ordinal);
            }
        }

        Flush();
        progress?.Invoke(ordinal);

        void Flush()
        {
            float[][] probabilities = filled > 0 ? scorer.Score(filled) : [];
            int next = 0;
            foreach (FeatureOutcome outcome in waiting)
            {
                if (outcome.Reason is not null)
                {
                    journal.Add(outcome);
                    continue;
                }

                float[] found = probabilities[next++];
                int best = ImageCounts.Best(found);
                journal.Add(outcome with { Class = best, Confidence = found[best] });
            }

            waiting.Clear();
            filled = 0;
        }
    }

    private static ClassifiedLayer Write(
        IVectorLayer layer, FieldUpdate[] fields, FeatureRequest request, ClassifierEngine model, FeatureJournal journal, IFileSystem files, CancellationToken cancel)
    {
        long[] counts = new long[model.Classes.Count];
        SortedDictionary<string, long> skipped = new(StringComparer.Ordinal);
        using ILayerUpdate update = LayerUpdates.Begin(layer, fields, files);
        foreach (FeatureOutcome outcome in journal.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (outcome.Reason is string reason)
            {
                skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
                continue;
            }

            counts[outcome.Class]++;
            string name = model.Classes[outcome.Class].Name;
            update.Set(outcome.Id, request.ConfidenceField is null ? [name] : [name, outcome.Confidence]);
        }

        update.Complete();
        return new ClassifiedLayer
        {
            Path = request.Layer.Path,
            LayerName = layer.Name,
            LabelField = request.LabelField,
            ConfidenceField = request.ConfidenceField,
            Model = model.Name,
            Features = counts.Sum() + skipped.Values.Sum(),
            Classified = counts.Sum(),
            FeaturesByClass = model.Classes.Zip(counts).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal),
            Skipped = skipped.Values.Sum(),
            SkippedByReason = new Dictionary<string, long>(skipped, StringComparer.Ordinal),
            ResumedFeatures = 0,
            Duration = default,
        };
    }

    private static IFeatureChips Chips(FeatureRequest request, IVectorLayer layer, NetworkDefinition model, Action<string>? warn, IFileSystem files, CancellationToken cancel) =>
        request.Raster is null ? new TileChips(request, layer, model, warn, files, cancel) : new RasterChips(request, layer, model, warn, files);

    private static FieldUpdate[] Fields(FeatureRequest request, ClassifierDefinition model)
    {
        if (model.Options.Loss.IsMultiLabel)
        {
            throw new LearnDataException("ModelType", $"{model.Name} gives an image any number of classes; a field takes one. Invoke-ModelPrediction tells all of them.", model.Name);
        }

        if (request.ConfidenceField is string confidence && LayerUpdates.Same(confidence, request.LabelField))
        {
            throw new LearnArgumentException("ConfidenceField", $"'{confidence}' cannot take label and confidence both.");
        }

        FieldUpdate label = new(request.LabelField, FieldType.Text, model.Classes.Max(one => Encoding.UTF8.GetByteCount(one.Name)));
        return request.ConfidenceField is null ? [label] : [label, new FieldUpdate(request.ConfidenceField, FieldType.Real)];
    }

    /// <summary>Beside the layer; of a table, where its outputs' journals lie.</summary>
    private static string JournalFor(FeatureRequest request) => (PostGisAddress.IsAddress(request.Layer.Path)
        ? DetectionLayer.PlaceOfTable(request.Layer.Path)
        : request.Layer.Path) + $".{request.LabelField}.journal";

    private static RunIdentity Identity(FeatureRequest request, ClassifierEngine model, IVectorLayer layer, IFeatureChips chips, IFileSystem files, CancellationToken cancel)
    {
        string stamp = PostGisAddress.IsAddress(request.Layer.Path) ? "table" : files.Stamp(request.Layer.Path).ToString();
        return new RunIdentity(
        [
            new("layer", $"{layer.Name} {stamp}"),
            new("model", model.Fingerprint(cancel)),
            new("chips", chips.Identity),
            new("batch_size", FormattableString.Invariant($"{request.BatchSize}")),
            new("precision", request.Precision.ToString()),
            new("fields", $"{request.LabelField} {request.ConfidenceField}"),
        ]);
    }
}
