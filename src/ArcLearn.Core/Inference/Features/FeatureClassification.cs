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
internal sealed class FeatureClassification : IDisposable
{
    private readonly FeatureRequest _request;
    private readonly IFileSystem _files;
    private readonly Action<string>? _warn;
    private readonly FieldUpdate[] _fields;
    private readonly IVectorLayer _layer;
    private readonly IFeatureChips _chips;

    private FeatureClassification(FeatureRequest request, ClassifierDefinition model, Action<string>? warn, IFileSystem files, CancellationToken cancel)
    {
        (_request, _warn, _files, _fields) = (request, warn, files, Fields(request, model));
        _layer = VectorLayers.Open(request.Layer.Path, request.Layer.Layer, files);
        try
        {
            _chips = request.Raster is null ? new TileChips(request, _layer, model, warn, files, cancel) : new RasterChips(request, _layer, model, warn, files);
            LayerUpdates.Begin(_layer, _fields, files).Dispose();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Opens layer and imagery, and refuses what cannot be done before a chip is read; writes nothing.</summary>
    /// <exception cref="LearnDataException">The layer cannot take the fields (<see cref="LayerUpdates.Begin"/>), or the raster is not what the model was trained on.</exception>
    /// <exception cref="LearnFormatException">Layer, raster or the folder of tiles is damaged.</exception>
    public static FeatureClassification Open(
        FeatureRequest request, ClassifierDefinition model, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null) =>
        new(request, model, warn, files ?? LocalFileSystem.Instance, cancel);

    /// <exception cref="LearnDataException">A journal of another run is there (JournalMismatch).</exception>
    /// <exception cref="LearnFormatException">Layer, raster or a tile is damaged.</exception>
    public ClassifiedLayer Run(ClassifierEngine model, Action<long>? progress, CancellationToken cancel)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string path = JournalPath();
        _files.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using FeatureJournal journal = FeatureJournal.Open(path, Identity(model, cancel), _request.Force, _files);
        long resumed = journal.Done;
        if (resumed > 0)
        {
            _warn?.Invoke($"Going on with {path}: {resumed} feature(s) were done before.");
        }

        Classify(model, journal, progress, cancel);
        ClassifiedLayer result = Write(model, journal, cancel);
        journal.Complete();
        return result with { ResumedFeatures = resumed, Duration = watch.Elapsed };
    }

    public void Dispose()
    {
        _chips?.Dispose();
        _layer.Dispose();
    }

    private void Classify(ClassifierEngine model, FeatureJournal journal, Action<long>? progress, CancellationToken cancel)
    {
        using ChipScorer scorer = new(model, _request.BatchSize, _request.Precision);
        List<FeatureOutcome> waiting = [];
        int filled = 0;
        long ordinal = 0;
        long done = journal.Done;
        foreach (VectorFeature feature in _layer.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (++ordinal <= done)
            {
                continue;
            }

            string? reason = _chips.Read(feature, scorer.Place(filled));
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

    private ClassifiedLayer Write(ClassifierEngine model, FeatureJournal journal, CancellationToken cancel)
    {
        long[] counts = new long[model.Classes.Count];
        SortedDictionary<string, long> skipped = new(StringComparer.Ordinal);
        using ILayerUpdate update = LayerUpdates.Begin(_layer, _fields, _files);
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
            update.Set(outcome.Id, _request.ConfidenceField is null ? [name] : [name, outcome.Confidence]);
        }

        update.Complete();
        return new ClassifiedLayer
        {
            Path = _request.Layer.Path,
            LayerName = _layer.Name,
            LabelField = _request.LabelField,
            ConfidenceField = _request.ConfidenceField,
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
    private string JournalPath() => (IsTable ? DetectionLayer.PlaceOfTable(_request.Layer.Path) : _request.Layer.Path) + $".{_request.LabelField}.journal";

    private bool IsTable => PostGisAddress.IsAddress(_request.Layer.Path);

    private RunIdentity Identity(ClassifierEngine model, CancellationToken cancel) => new(
    [
        new("layer", $"{_layer.Name} {(IsTable ? "table" : _files.Stamp(_request.Layer.Path).ToString())}"),
        new("model", model.Fingerprint(cancel)),
        new("chips", _chips.Identity()),
        new("batch_size", FormattableString.Invariant($"{_request.BatchSize}")),
        new("precision", _request.Precision.ToString()),
        new("fields", $"{_request.LabelField} {_request.ConfidenceField}"),
    ]);
}
