using System.Management.Automation;
using ArcLearn.Core.Inference;

namespace ArcLearn.Commands;

/// <summary>A cmdlet that runs a model over rasters and writes one output for each.</summary>
public abstract class OutputCmdlet : InferenceCmdlet
{
    /// <summary>Where a part of the raster cannot be read: Stop ends with an error that names the tile; List goes on without it, warns, and lists what is
    /// missing in the output's BadTiles. A run that was interrupted tries them again when it is repeated.</summary>
    [Parameter]
    public BadTilePolicy OnBadTile { get; set; }

    /// <summary>Replaces an output that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Asks for each run, once it is known to be possible, and does those that are wanted; with -WhatIf tells what they would take.</summary>
    /// <param name="action">"Detect objects": what is done, and what progress is called.</param>
    /// <param name="check">Refuses what cannot be, by the model's definition alone.</param>
    /// <param name="open">Opens the model for a device.</param>
    /// <param name="run">Does a run.</param>
    /// <param name="plan">Reckons it without the model's weights: a plan that is only shown is to be there at once.</param>
    private protected void RunAll(
        IReadOnlyList<RunRequest> requests, string action, Action<RunRequest> check, Func<LearnDevice, IRunModel> open, Func<RunRequest, IRunModel, Action<InferenceProgress>, object> run, Func<RunRequest, InferencePlan> plan)
    {
        List<RunRequest> wanted = [];
        foreach (RunRequest request in requests.Where(request => Attempt(request.Raster, () => check(request))))
        {
            string work = $"Performing the operation \"{action} in {request.Raster} with {Source.Name}\" on target \"{request.Output}\".";
            if (ShouldProcess(work, work, null, out ShouldProcessReason reason))
            {
                wanted.Add(request);
            }
            else if (reason == ShouldProcessReason.WhatIf)
            {
                Attempt(request.Raster, () => WriteInformation(
                    new HostInformationMessage { Message = $"What if: {request.Raster}: {plan(request)} Get-InferencePlan tells the time, too." }, ["PSHOST"]));
            }
        }

        UseModel(wanted, open, (request, model) => Run(request, model, action, run));
    }

    /// <summary>Refuses several rasters with one output.</summary>
    private protected static void RequireOutputs(IReadOnlyList<RunRequest> requests, string kind) => RequireDistinct(
        "OutputName",
        requests.Select(request => request.Output),
        (count, output) => $"{count} rasters cannot go into one {kind}, {output}; give -OutputName a folder (ending in a separator) or a script block.");

    private void Run(RunRequest request, IRunModel model, string action, Func<RunRequest, IRunModel, Action<InferenceProgress>, object> run)
    {
        string activity = action.Replace("Detect ", "Detecting ", StringComparison.Ordinal).Replace("Classify ", "Classifying ", StringComparison.Ordinal);
        try
        {
            WriteObject(run(request, model, at => ShowTile(activity, request.Raster, at)));
        }
        finally
        {
            CompleteProgress(activity);
        }
    }

    private void ShowTile(string activity, string raster, InferenceProgress at) => WriteProgress(
        new ProgressRecord(
            1,
            activity,
            FormattableString.Invariant($"{System.IO.Path.GetFileName(raster)}: tile {at.Done} of {at.Tiles}, {at.Skipped} without data, {at.MegapixelsPerSecond:F2} Mpx/s, {at.MemoryBytes >> 20} MB"))
        {
            PercentComplete = (int)(100L * at.Done / Math.Max(1, at.Tiles)),
            SecondsRemaining = (int)Math.Min(int.MaxValue, at.Remaining.TotalSeconds),
        });
}
