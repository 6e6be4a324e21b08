using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Packaging;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;

namespace ArcLearn.Core.Models;

/// <summary>Where a new detector's weights come from; with neither they are drawn by chance.</summary>
/// <param name="Backbone">A torchvision state_dict of the backbone (.pth).</param>
/// <param name="Pretrained">A saved detector: .pth, or what <see cref="ModelPackageReader"/> opens.</param>
internal sealed record StartWeights(string? Backbone, string? Pretrained);

/// <content>To and from files.</content>
internal sealed partial class SsdEngine
{
    /// <summary>Builds a detector for a bunch and gives it its first weights.</summary>
    /// <exception cref="LearnDataException">The weights are of another network (WeightsMismatch) or of other classes (ClassMismatch).</exception>
    /// <exception cref="LearnFormatException">A file of weights is damaged, or more than weights.</exception>
    public static SsdEngine Create(
        LearnDataBunch data, SsdOptions options, StartWeights start, LearnDevice device, int seed, Action<string>? warn, CancellationToken cancel)
    {
        if (start.Pretrained is not string pretrained || IsWeights(pretrained))
        {
            if (start.Pretrained is string weights && DefinitionBeside(weights) is string beside)
            {
                RequireFit(Describe(beside), weights);
            }

            SsdEngine created = Create(data, options, start.Backbone, start.Pretrained, device, seed);
            if (start is { Backbone: null, Pretrained: null })
            {
                warn?.Invoke("The backbone starts from chance and nothing is frozen: a good detector takes more chips and epochs. -BackboneWeights or -PretrainedPath start from trained weights.");
            }

            return created;
        }

        using ModelPackageReader package = ModelPackageReader.Open(pretrained);
        RequireFit(SsdDefinitionFile.Read(package.Definition, package.Name, package.DefinitionPath), pretrained);
        return Create(data, options, start.Backbone, package.WeightsPath(cancel), device, seed, pretrainedShown: package.WeightsShown);

        void RequireFit(SsdDefinition saved, string path)
        {
            DetectionDataCheck.RequireOrder(data.Classes, saved.Classes, path);
            PretrainedCheck.RequireSameAnchors(options, saved, path);
        }
    }

    /// <summary>Anchors for a new detector that were not asked for: those of the saved one that it starts from, else those that fit the training objects.</summary>
    /// <param name="options">What is known of it so far.</param>
    /// <param name="pretrained">The saved detector; null, or bare weights without a definition beside them, leave the choice to the objects.</param>
    /// <inheritdoc cref="AnchorPlan.For"/>
    public static SsdOptions ChooseAnchors(LearnDataBunch data, SsdOptions options, string? pretrained)
    {
        string? definition = pretrained is null || !IsWeights(pretrained) ? pretrained : DefinitionBeside(pretrained);
        if (definition is not null)
        {
            SsdOptions saved = Describe(definition).Options;
            return options with { Grids = saved.Grids, Zooms = saved.Zooms, Ratios = saved.Ratios, Version = saved.Version, IsBodyCut = saved.IsBodyCut };
        }

        AnchorPlan plan = AnchorPlan.For(data, options.Backbone);
        return options with { Grids = plan.Grids, Zooms = plan.Zooms, Ratios = plan.Ratios, Version = AnchorPlan.Version };
    }

    /// <summary>Opens a saved detector.</summary>
    /// <param name="path">What <see cref="ModelPackageReader.Open"/> takes.</param>
    /// <param name="data">Data whose classes are the model's; null for inference only.</param>
    /// <exception cref="LearnFormatException">It is no sound package, or its definition lacks what a detector needs.</exception>
    /// <exception cref="LearnDataException">Another kind of model (ModelType), weights of another network (WeightsMismatch), data of other classes, bands or chips.</exception>
    public static SsdEngine Open(string path, LearnDataBunch? data, LearnDevice device, CancellationToken cancel)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path);
        SsdDefinition definition = SsdDefinitionFile.Read(package.Definition, package.Name, package.DefinitionPath);
        return Load(definition, package.WeightsPath(cancel), data, device, data?.Seed ?? 0, shown: package.WeightsShown);
    }

    /// <summary>What a saved detector is, without its weights; needs no libtorch.</summary>
    /// <exception cref="LearnFormatException">It is no sound package, or its definition lacks what a detector needs.</exception>
    /// <exception cref="LearnDataException">Another kind of model (ModelType).</exception>
    public static SsdDefinition Describe(string path)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path);
        return SsdDefinitionFile.Read(package.Definition, package.Name, package.DefinitionPath);
    }

    /// <summary>Trains; checkpoints carry the model's definition.</summary>
    /// <exception cref="LearnDataException">The model has no data (DataMissing), or nothing to find in them (NoLabels).</exception>
    public IEnumerable<EpochResult> Fit(TrainingOptions options, Action<BatchProgress>? progress, Action<string>? warn, CancellationToken cancel)
    {
        RequireObjects();                                           // said before the first epoch, not in it
        TellPrecision(options.Precision, warn);
        if (Chips.ValidationChips == 0)
        {
            warn?.Invoke("The data have no validation chips: the training loss decides which epoch is the best, and nothing tells when it only learns by heart. New-LearnDataBunch keeps some with -ValidationFraction.");
        }

        return Trainer.Fit(this, options with { WriteDefinition = WriteDefinition }, progress, cancel);
    }

    /// <summary>What a training takes where no rate is asked for.</summary>
    public LearningRate DefaultRate =>
        _network.Body.modules().OfType<BatchNorm>().Any() ? LearningRate.Default : LearningRate.Gentle;

    /// <summary>What a training's weights depend on beside the data, in a sentence.</summary>
    public string DescribeTraining(TrainingOptions options) =>
        $"Training with seed {Seed} (data: {Chips.Seed}) in {options.Precision} on {IntraOpThreads.Default} thread(s) within an operation (OMP_NUM_THREADS, or the cores).";

    /// <summary>Searches for a learning rate; the model stays as it is.</summary>
    /// <exception cref="LearnDataException">The model has no data (DataMissing), or nothing to find in them (NoLabels).</exception>
    public LearningRateCurve FindLearningRate(LearningRateSearch search, Action<LearningRatePoint, int>? progress, Action<string>? warn, CancellationToken cancel)
    {
        RequireObjects();
        TellPrecision(search.Precision, warn);
        return LearningRateFinder.Find(this, search, progress, cancel);
    }

    /// <summary>Warns where a precision is not what it is chosen for.</summary>
    public void TellPrecision(LearnPrecision precision, Action<string>? warn)
    {
        if (ConvolutionArithmetic.Of(precision, _device) is { IsRounded: true, IsNative: false })
        {
            warn?.Invoke("This processor has no instructions for bfloat16 (avx512_bf16, amx_bf16): the numbers are rounded as there, but it is no faster than Float32.");
        }
    }

    private void RequireObjects()
    {
        if (Chips is { TrainingChips: > 0, TrainingObjects: 0 })
        {
            throw new LearnDataException(
                "NoLabels", $"None of the {Chips.TrainingChips} training chip(s) has an object: there is nothing to learn. Choose another -Seed or -ValidationFraction for the split, or add chips with objects.", Data);
        }
    }

    /// <summary>What a training would refuse before it begins.</summary>
    /// <param name="inform">Takes a sentence about each thing that is decided.</param>
    public void CheckFit(TrainingOptions options, Action<string> inform)
    {
        IDetectionData chips = Chips;
        string? checkpoint = Trainer.Check(this, options);
        IReadOnlyList<double> rates = options.LearningRate.ForGroups(((ITrainable)this).LayerGroups.Count);
        inform(Definition.Summary());
        inform(FormattableString.Invariant(
            $"Training on {chips.TrainingChips} chips in {((ITrainable)this).StepsPerEpoch} batches of {chips.BatchSize}, validating on {chips.ValidationChips}, {options.Epochs} epoch(s) on {Device}, schedule {options.Schedule}; backbone {(IsFrozen ? "frozen" : "trained along")}."));
        inform($"Learning rates by layer group: {string.Join(", ", rates.Select(rate => FormattableString.Invariant($"{rate:G3}")))}.");
        inform(checkpoint is null ? "No checkpoint is written." : $"The best model goes to {checkpoint}.");
    }

    /// <summary>What <see cref="Save"/> would refuse.</summary>
    public static void CheckSave(string folder, bool force) => ModelPackager.Check(folder, NameOf(folder), force);

    /// <summary>Saves weights, definition and package; the model takes the folder's name.</summary>
    public ModelPackage Save(string folder, bool force, CancellationToken cancel)
    {
        string name = NameOf(folder);
        using IDisposable use = Gate.Enter(Name, cancel);
        ModelPackage package = ModelPackager.Save(folder, name, (Definition with { Name = name }).ToFile(), stream => TorchFileWriter.Write(stream, StateDicts.Capture(_network)), force, cancel: cancel);
        Name = name;
        return package;
    }

    /// <summary>A hash (SHA-256) of all that decides what the model answers: its definition but for the name, and its weights.</summary>
    public string Fingerprint(CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(ModelDefinitionWriter.Write((Definition with { Name = "model" }).ToFile() with { ModelFile = "model.pth" })));
        foreach ((string key, TorchArray value) in StateDicts.Capture(_network))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(key));
            hash.AppendData(value.Bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

    private void WriteDefinition(string weightsPath, Stream stream) => stream.Write(
        Encoding.UTF8.GetBytes(ModelDefinitionWriter.Write(Definition.ToFile() with { ModelFile = Path.GetFileName(weightsPath) })));

    /// <summary>The definition that was saved with a file of weights, under its name; null where there is none.</summary>
    private static string? DefinitionBeside(string weights) => Path.ChangeExtension(weights, ".emd") is string emd && File.Exists(emd) ? emd : null;

    private static bool IsWeights(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PTH" or ".PT" or ".H5";
}
