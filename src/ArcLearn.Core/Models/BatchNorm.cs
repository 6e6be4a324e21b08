using ArcLearn.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// Batch normalisation of each channel over batch and place, <c>[N, channels, h, w]</c> in and out, with torch's defaults (Ioffe and Szegedy 2015).
/// TorchSharp's own counts its batches with a number that nothing holds while torch adds it (<see cref="Scalars"/>).
/// </summary>
internal sealed class BatchNorm : Module<Tensor, Tensor>
{
    public const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    private readonly Parameter weight;              // field names are saved keys
    private readonly Parameter bias;
    private readonly Tensor running_mean;
    private readonly Tensor running_var;
    private readonly Tensor num_batches_tracked;

    public BatchNorm(int channels)
        : base(nameof(BatchNorm))
    {
        // They live as long as the layer, whatever scope it is made in.
        (weight, bias) = (Parameter(ones(channels)), Parameter(zeros(channels)));
        (running_mean, running_var, num_batches_tracked) = (zeros(channels), ones(channels), zeros([], int64));
        foreach (Tensor tensor in new[] { weight, bias, running_mean, running_var, num_batches_tracked })
        {
            _ = tensor.DetachFromDisposeScope();
        }

        RegisterComponents();
    }

    public Parameter Weight => weight;

    public Parameter Bias => bias;

    public Tensor RunningMean => running_mean;

    public Tensor RunningVariance => running_var;

    /// <summary>Whether training, too, normalises by the statistics that the layer has, and leaves them as they are.</summary>
    public bool KeepsStatistics { get; set; }

    /// <summary>Takes statistics of all the data and keeps them: beside them a batch's own are but noise.</summary>
    public void Keep(Tensor mean, Tensor variance)
    {
        _ = running_mean.copy_(mean);
        _ = running_var.copy_(variance);
        KeepsStatistics = true;
    }

    public override Tensor forward(Tensor input)
    {
        bool isByBatch = training && !KeepsStatistics;
        if (isByBatch)
        {
            using IDisposable noGradient = no_grad();
            _ = num_batches_tracked.add_(Scalars.One, Scalars.One);
        }

        return functional.batch_norm(input, running_mean, running_var, weight, bias, isByBatch, Momentum, Epsilon);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Tensor tensor in new[] { weight, bias, running_mean, running_var, num_batches_tracked })
            {
                tensor.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
