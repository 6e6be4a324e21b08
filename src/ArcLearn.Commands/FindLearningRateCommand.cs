using System.Management.Automation;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.IO;
using ArcLearn.Core.Training;

namespace ArcLearn.Commands;

/// <summary>Tries rising learning rates on a model's batches and suggests one for its training.</summary>
/// <remarks>
/// <para>Over up to 100 batches the rate rises exponentially from 1e-7 to 10; it ends when the smoothed loss is four times its lowest value. The
/// suggestion lies in the middle of the longest fall of the loss. The model is afterwards as it was, also when the search is stopped.</para>
/// </remarks>
/// <example>
/// <code>$rate = ($model | Find-LearningRate).Suggestion; $model | Start-ModelTraining -LearningRate ($rate / 10), $rate</code>
/// <para>Trains the head at the suggested rate and the first layers at a tenth of it.</para>
/// </example>
/// <example>
/// <code>$model | Find-LearningRate -Path rate.png</code>
/// <para>Draws the curve too.</para>
/// </example>
[Cmdlet(VerbsCommon.Find, "LearningRate", SupportsShouldProcess = true)]
[OutputType(typeof(LearningRateCurve))]
public sealed class FindLearningRateCommand : LearnCmdlet
{
    private const string Activity = "Finding the learning rate";

    /// <summary>The model; it needs data.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>The PNG file to draw the curve to; left out: none is drawn.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The rate of the first batch.</summary>
    [Parameter]
    public double StartRate { get; set; } = 1e-7;

    /// <summary>The rate that is reached after all batches.</summary>
    [Parameter]
    public double EndRate { get; set; } = 10;

    /// <summary>Batches to try at most.</summary>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int Iterations { get; set; } = 100;

    /// <summary>What the network computes in: Float32, or BFloat16.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <summary>Replaces a picture that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Model.Name, $"Try learning rates over up to {Iterations} batches"))
        {
            return;
        }

        string? picture = Path is null ? null : ResolveOutput(Path);
        try
        {
            Attempt(Model, () =>
            {
                if (picture is not null)
                {
                    PictureFile.CheckOutput(picture, LocalFileSystem.Instance, Force);
                }

                LearningRateSearch search = new() { StartRate = StartRate, EndRate = EndRate, Iterations = Iterations, Precision = Precision };
                LearningRateCurve curve = Inside.Engine(Model).FindLearningRate(search, ShowBatch, WarnOnce, StopToken);
                WriteObject(picture is null ? curve : curve with { PicturePath = LearningRateChart.Save(curve, picture, Force).Path });
            });
        }
        finally
        {
            CompleteProgress(Activity);
        }
    }

    private void ShowBatch(LearningRatePoint point, int count) => ShowProgress(
        Activity, FormattableString.Invariant($"rate {point.Rate:G2}, loss {point.SmoothedLoss:F3}"), count, Iterations);
}
