using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Reporting;
using ArcLearn.Core.Training;
using ArcLearn.Internal;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A network with its classes and its data: what a <see cref="LearnModel"/> shows. One thread uses it at a time; the gate sees to it.</summary>
internal abstract partial class ModelEngine : IModelEngine, ITrainable, IRunModel
{
    private readonly NetworkDefinition _definition;
    private readonly ILearnNetwork _network;

    /// <param name="release">Frees what the engine has beside the network.</param>
    private protected ModelEngine(NetworkDefinition definition, ILearnNetwork network, LearnDataBunch? data, Device device, int seed, Action release)
    {
        (_definition, _network, Data, Place, Seed) = (definition, network, data, device, seed);
        Name = definition.Name;
        Results = definition.Results;
        Gate = new ModelGate(() =>
        {
            release();
            network.Dispose();
        });
        IsFromChance = !network.IsFrozen;
        network.Module.to(device);
        NetworkLayout.UseChannelsLast(network.Module);
        network.Module.eval();
    }

    /// <summary>The folder it was saved as, or the name of its kind.</summary>
    public string Name { get; set; }

    /// <summary>What it is but for its weights.</summary>
    public virtual NetworkDefinition Definition => _definition with { Name = Name, Kept = HasOtherWeights ? SavedResults.Without(_definition.Kept) : _definition.Kept };

    ModelInput IRunModel.Input => Definition.Input;

    public string Backbone => _definition.Backbone;

    public IReadOnlyList<ClassDefinition> Classes => _definition.Classes;

    public int ChipSize => _definition.ChipSize;

    public int Bands => _definition.Bands;

    public Normalization Normalization => _definition.Normalization;

    /// <summary>Ground size of a pixel that it was trained on, in map units; null where none is known.</summary>
    public double? CellSize => _definition.CellSize;

    public long Parameters => _network.ParameterCount;

    public bool IsFrozen => _network.IsFrozen;

    public string Device => Place.type == DeviceType.CUDA ? nameof(LearnDevice.Cuda) : nameof(LearnDevice.Cpu);

    public LearnDataBunch? Data { get; }

    public int Seed { get; }

    public ModelGate Gate { get; }

    nn.Module ITrainable.Network => _network.Module;

    IReadOnlyList<IReadOnlyList<Parameter>> ITrainable.LayerGroups => _network.LayerGroups;

    string ITrainable.DataFolder => ChipData.Paths[0];

    int ITrainable.BatchSize => ChipData.BatchSize;

    int ITrainable.StepsPerEpoch => ChipData.TrainingChips / ChipData.BatchSize * StepsPerBatch;

    bool ITrainable.HasValidation => HasValidation;

    public abstract string MetricName { get; }

    /// <summary>What a training takes where no rate is asked for.</summary>
    public virtual LearningRate DefaultRate => _network.Body.modules().OfType<BatchNorm>().Any() ? LearningRate.Default : LearningRate.Gentle;

    /// <summary>Whether its first weights were drawn: any that were learnt come frozen.</summary>
    private protected bool IsFromChance { get; private set; }

    /// <summary>Whether its head's first weights were drawn, above a body whose were learnt.</summary>
    private protected bool HasHeadFromChance { get; set; }

    /// <summary>Whether the validation chips have anything to compare with.</summary>
    private protected virtual bool HasValidation => ChipData.ValidationChips > 0;

    /// <inheritdoc/>
    public virtual bool AveragesWeights => false;

    /// <summary>Training steps that the chips of a batch make.</summary>
    private protected virtual int StepsPerBatch => 1;

    /// <summary>Where the network runs.</summary>
    protected Device Place { get; }

    /// <summary>The data as the training reads it.</summary>
    /// <exception cref="LearnDataException">The model has none (DataMissing).</exception>
    protected IChipData ChipData => Data?.Content as IChipData ?? throw DataMissing();

    /// <summary>Only the layers above the body train from now on, and batch norm everywhere.</summary>
    public void Freeze() => _network.Freeze();

    /// <summary>Everything trains from now on.</summary>
    public void Unfreeze() => _network.Unfreeze();

    IDisposable ITrainable.Use(LearnPrecision precision) => _network.Use(precision);

    /// <inheritdoc/>
    public virtual void Begin(CancellationToken cancel)
    {
    }

    /// <inheritdoc/>
    public virtual void BeginEpoch(int done, int all)
    {
    }

    public abstract IEnumerable<TrainingStep> TrainingSteps(int epoch, CancellationToken cancel);

    public abstract ValidationResult Validate(CancellationToken cancel);

    /// <summary>Writes the weights; the file appears under its name when it is complete.</summary>
    public void SaveWeights(string path, IFileSystem files) => Formats.StateDicts.Save(_network.Module, path, files);

    /// <summary>Replaces the weights by those of a file; one that does not fit changes nothing.</summary>
    /// <exception cref="LearnDataException">Weights of another network (WeightsMismatch).</exception>
    public void LoadWeights(string path, IFileSystem? files = null) => Formats.StateDicts.Load(_network.Module, path, files);

    /// <summary>Warns where a precision is not what it is chosen for.</summary>
    public void TellPrecision(LearnPrecision precision, Action<string>? warn)
    {
        if (ConvolutionArithmetic.Of(precision, Place) is { IsRounded: true, IsNative: false })
        {
            warn?.Invoke("This processor has no instructions for bfloat16 (avx512_bf16, amx_bf16): the numbers are rounded as there, but it is no faster than Float32.");
        }
    }

    public void Dispose() => Gate.Dispose();

    /// <summary>The data to measure on, and the model's label for each of theirs.</summary>
    /// <param name="other">All of whose chips are measured; null for the model's own validation chips.</param>
    /// <param name="read">A bunch's chips with the labels that this kind of model needs.</param>
    /// <exception cref="LearnDataException">
    /// No validation chips (ValidationMissing), other labels (DatasetTypeMismatch), classes (ClassMismatch), bands or chips (BandMismatch, ChipSizeMismatch).
    /// </exception>
    private protected TData Measured<TData>(LearnDataBunch? other, Func<LearnDataBunch, TData> read, out int[] labels)
        where TData : class, IChipData
    {
        LearnDataBunch bunch = other ?? Data ?? throw DataMissing();
        TData data = read(bunch);
        if (other is not null)
        {
            DataCheck.RequireShape(other, data, Definition);
        }
        else if (data.ValidationChips == 0)
        {
            throw new LearnDataException("ValidationMissing", "The model's data have no validation chips. Give another bunch with -Data.", Data);
        }

        labels = DataCheck.MapClasses(data.Classes, Classes, bunch, isSubset: true);
        return data;
    }

    private protected LearnDataException DataMissing() =>
        new("DataMissing", $"The model '{Name}' has no data to work on. Import it with -Data.", Name);

    /// <summary>A batch's chips as the network takes them, in the caller's dispose scope.</summary>
    private protected Tensor Input(LearnBatch batch, InputScaling scaling)
    {
        Tensor input = empty([batch.Count, batch.Bands, batch.ChipSize, batch.ChipSize], float32);
        Span<float> samples = TensorCopy.Samples(input);
        if (scaling.IsIdentity)
        {
            batch.Images.CopyTo(samples);
        }
        else
        {
            scaling.Apply(batch.Images, samples, batch.ChipSize * batch.ChipSize);
        }

        return FusedConvolution.ChannelsLast(input.to(Place));
    }
}
