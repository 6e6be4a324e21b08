using ArcLearn.Core.IO;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>A batch that is ready to be learnt from.</summary>
/// <param name="Images">Chips in the batch.</param>
/// <param name="Loss">Runs the network forward; a scalar tensor with its graph, for the caller's dispose scope.</param>
internal readonly record struct TrainingStep(int Images, Func<Tensor> Loss);

/// <summary>What a pass over the validation chips finds.</summary>
/// <param name="Loss">Loss per batch of full size, in evaluation mode.</param>
internal readonly record struct ValidationResult(double Loss, double Metric)
{
    /// <summary>Of pixel classifiers; null for others.</summary>
    public double? MeanIou { get; init; }
}

/// <summary>What <see cref="Trainer"/> needs of a model; it says nothing of what the model is for.</summary>
internal interface ITrainable
{
    string Name { get; }

    nn.Module Network { get; }

    /// <summary>Weights from the input to the head; frozen ones take no gradient.</summary>
    IReadOnlyList<IReadOnlyList<Parameter>> LayerGroups { get; }

    /// <summary>The first folder of the data: checkpoints go below it.</summary>
    string DataFolder { get; }

    /// <summary>Chips per step.</summary>
    int BatchSize { get; }

    int StepsPerEpoch { get; }

    bool HasValidation { get; }

    string MetricName { get; }

    int Seed { get; }

    /// <summary>Whether the moving average of the weights is what is validated, kept and left in the model.</summary>
    bool AveragesWeights => false;

    /// <summary>Epochs of earlier trainings: the next one goes on with the random numbers where they ended.</summary>
    int EpochsTrained { get; }

    /// <summary>Who may use the model; <see cref="Trainer"/> takes and leaves it.</summary>
    ModelGate Gate { get; }

    /// <summary>Lets the network compute in a precision until the result is disposed.</summary>
    IDisposable Use(LearnPrecision precision);

    /// <summary>What is done to the weights before the first step of a training, within its first epoch: nothing, unless the data are to give first weights.</summary>
    void Begin(CancellationToken cancel)
    {
    }

    /// <summary>What changes in the network while a training goes on, before the first step of each epoch.</summary>
    /// <param name="done">Steps of this training so far.</param>
    /// <param name="all">Steps that it is to have.</param>
    void BeginEpoch(int done, int all)
    {
    }

    /// <summary>The steps of an epoch (from 1, counted over all trainings), shuffled and augmented by (seed, epoch).</summary>
    IEnumerable<TrainingStep> TrainingSteps(int epoch, CancellationToken cancel);

    /// <summary>One pass over the validation chips; leaves the network in evaluation mode.</summary>
    ValidationResult Validate(CancellationToken cancel);

    /// <summary>Writes the weights as a .pth, which appears under its name when it is complete.</summary>
    void SaveWeights(string path, IFileSystem files);
}
