using ArcLearn.Core.IO;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>A small network that learns to negate its input; validation losses may be prescribed.</summary>
internal sealed class FakeTrainable : ITrainable, IDisposable
{
    private readonly Sequential _network;
    private int _epoch;

    public FakeTrainable(int seed = 1, int steps = 4)
    {
        (Seed, StepsPerEpoch) = (seed, steps);
        random.manual_seed(seed);
        Linear first = nn.Linear(6, 16);
        Linear last = nn.Linear(16, 6);
        _network = nn.Sequential(("0", first), ("1", new Core.Models.BatchNorm(16)), ("2", nn.Dropout(0.2)), ("3", last));
        LayerGroups = [[.. first.parameters()], [.. last.parameters()]];
    }

    /// <summary>Validation losses by epoch; null: none is prescribed and there is no validation.</summary>
    public double[]? Losses { get; init; }

    /// <summary>What the loss is multiplied by in a step (epoch, step from 0).</summary>
    public Func<int, int, float> Factor { get; init; } = (_, _) => 1;

    /// <summary>Weights at the end of each epoch, as validation saw them.</summary>
    public List<float[]> Seen { get; } = [];

    public int StepsRun { get; private set; }

    /// <summary>Steps done and to be done, as each epoch was told.</summary>
    public List<(int Done, int All)> Epochs { get; } = [];

    public string Name => "fake";

    public nn.Module Network => _network;

    public IReadOnlyList<IReadOnlyList<Parameter>> LayerGroups { get; }

    public required string DataFolder { get; init; }

    public int BatchSize => 8;

    public int StepsPerEpoch { get; }

    public bool HasValidation => Losses is not null;

    public string MetricName => "Something";

    public int Seed { get; }

    public int EpochsTrained { get; init; }

    public bool AveragesWeights { get; init; }

    public ModelGate Gate { get; } = new(() => { });

    public float[] Weights()
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. _network.state_dict().Values.SelectMany(t => t.to(ScalarType.Float32).flatten().data<float>().ToArray())];
    }

    public IDisposable Use(LearnPrecision precision) => new Core.Exit(() => { });

    public void BeginEpoch(int done, int all) => Epochs.Add((done, all));

    public IEnumerable<TrainingStep> TrainingSteps(int epoch, CancellationToken cancel)
    {
        _epoch = epoch;
        for (int i = 0; i < StepsPerEpoch; i++)
        {
            cancel.ThrowIfCancellationRequested();
            StepsRun++;
            Random inputs = new((Seed * 1000) + (epoch * 100) + i);
            float[] values = [.. Enumerable.Range(0, BatchSize * 6).Select(_ => (float)inputs.NextDouble())];
            float factor = Factor(epoch, i);
            yield return new TrainingStep(BatchSize, () =>
            {
                Tensor input = tensor(values, BatchSize, 6);
                return _network.call(input).Plus(input).pow(Scalars.Of(2)).sum().Times(factor);
            });
        }
    }

    public ValidationResult Validate(CancellationToken cancel)
    {
        _network.eval();
        Seen.Add(Weights());
        return new ValidationResult(Losses![_epoch - 1], 0.5);
    }

    public void SaveWeights(string path, IFileSystem files) => files.WriteAtomically(path, stream => stream.Write(Bytes()));

    /// <summary>What <see cref="SaveWeights"/> writes.</summary>
    public byte[] Bytes() => [.. Weights().SelectMany(BitConverter.GetBytes)];

    public void Dispose() => _network.Dispose();
}
