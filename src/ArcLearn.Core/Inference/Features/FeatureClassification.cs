using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
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

    private FeatureClassification(FeatureRequest request, NetworkDefinition model, Action<string>? warn, IFileSystem files, CancellationToken cancel)
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
        FeatureRequest request, NetworkDefinition model, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null) =>
        new(request, model, warn, files ?? LocalFileSystem.Instance, cancel);

    /// <exception cref="LearnDataException">A journal of another run is there, or of other features (JournalMismatch); the layer was changed meanwhile (LayerChanged).</exception>
    /// <exception cref="LearnFormatException">Layer, raster or a tile is damaged.</exception>
    public ClassifiedLayer Run(IChipModel model, Action<long>? progress, CancellationToken cancel)
    {
        Stopwatch watch = Stopwatch.StartNew();
        model.TellPrecision(_request.Precision, _warn);
        string path = JournalPath();
        _files.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using FeatureJournal journal = FeatureJournal.Open(path, Identity(model, cancel), _request.Force, _files);
        long resumed = Classify(model, journal, progress, cancel);
        ClassifiedLayer result = Write(model, journal, cancel);
        journal.Complete();
        return result with { ResumedFeatures = resumed, Duration = watch.Elapsed };
    }

    public void Dispose()
    {
        _chips?.Dispose();
        _layer.Dispose();
    }

    /// <returns>How many features the journal had already.</returns>
    private long Classify(IChipModel model, FeatureJournal journal, Action<long>? progress, CancellationToken cancel)
    {
        using IChipScorer scorer = AugmentedScorer.Create(model, _request.BatchSize, _request.Precision, _request.TestTimeAugmentation);
        List<FeatureOutcome> waiting = [];
        int filled = 0;
        long done = Resume(journal, cancel);
        long ordinal = 0;
        foreach (VectorFeature feature in _layer.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (++ordinal <= done)
            {
                continue;
            }

            string? reason = _chips.Read(feature, scorer.Place(filled));
            filled += reason is null ? 1 : 0;
            waiting.Add(new FeatureOutcome(ordinal, feature.Id, Subject(feature), -1, 0, reason));
            if (filled == scorer.BatchSize || waiting.Count >= 64 * scorer.BatchSize)
            {
                Flush();
                progress?.Invoke(ordinal);
            }
        }

        Flush();
        progress?.Invoke(ordinal);
        return done;

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

    /// <returns>How many features are done already.</returns>
    private long Resume(FeatureJournal journal, CancellationToken cancel)
    {
        if (FirstChanged(journal, cancel) is long ordinal)
        {
            if (!_request.Force)
            {
                throw journal.Mismatch(_request.Layer.Path, ordinal);
            }

            journal.Clear();
        }
        else if (journal.Done > 0)
        {
            _warn?.Invoke($"Going on with {journal.Path}: {journal.Done} feature(s) were done before.");
        }

        return journal.Done;
    }

    /// <summary>The first feature that is not the one that the journal knows; null where all are. A file's time tells nothing: an update that was killed and taken back changes it, too.</summary>
    private long? FirstChanged(FeatureJournal journal, CancellationToken cancel)
    {
        if (journal.Done == 0)
        {
            return null;
        }

        using IEnumerator<VectorFeature> features = _layer.Read().GetEnumerator();
        foreach (FeatureOutcome known in journal.Read())
        {
            cancel.ThrowIfCancellationRequested();
            if (!features.MoveNext() || features.Current.Id != known.Id || Subject(features.Current) != known.Subject)
            {
                return known.Ordinal;
            }
        }

        return null;
    }

    private long Subject(VectorFeature feature) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(_chips.Subject(feature)));

    private ClassifiedLayer Write(IChipModel model, FeatureJournal journal, CancellationToken cancel)
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
            update.Set(outcome.Ordinal, outcome.Id, _request.ConfidenceField is null ? [name] : [name, outcome.Confidence]);
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

    private static FieldUpdate[] Fields(FeatureRequest request, NetworkDefinition model)
    {
        if (RunModels.IsMultiLabel(model, model.Name))
        {
            throw new LearnDataException("ModelType", $"{model.Name} gives an image any number of classes; a field takes one. Invoke-ModelPrediction tells all of them.", model.Name);
        }

        if (request.ConfidenceField is string confidence && LayerUpdates.Same(confidence, request.LabelField))
        {
            throw new LearnArgumentException("ConfidenceField", $"'{confidence}' cannot take label and confidence both.");
        }

        FieldUpdate label = new(request.LabelField, FieldType.Text, [.. model.Classes.Select(one => one.Name)]);
        return request.ConfidenceField is null ? [label] : [label, new FieldUpdate(request.ConfidenceField, FieldType.Real)];
    }

    /// <summary>Beside the layer; of a table, where its outputs' journals lie.</summary>
    private string JournalPath() => (IsTable ? DetectionLayer.PlaceOfTable(_request.Layer.Path) : _request.Layer.Path) + $".{_request.LabelField}.journal";

    private bool IsTable => PostGisAddress.IsAddress(_request.Layer.Path);

    private RunIdentity Identity(IChipModel model, CancellationToken cancel) => new(
    [
        new("layer", _layer.Name),
        new("model", model.Fingerprint(cancel)),
        new("chips", _chips.Identity()),
        new("batch_size", RunParts.Text(_request.BatchSize)),
        new("test_time_augmentation", RunParts.Text(_request.TestTimeAugmentation)),
        new("Precision", RunParts.Text(_request.Precision)),
        new("fields", $"{_request.LabelField} {_request.ConfidenceField}"),
        .. RunParts.Runtime(model.Device),
    ]);
}
