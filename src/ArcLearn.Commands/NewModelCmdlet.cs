using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>A cmdlet that makes a model for the classes of a data bunch.</summary>
public abstract class NewModelCmdlet : LearnCmdlet
{
    /// <summary>The data to train on, as New-LearnDataBunch gives it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnDataBunch Data { get; set; } = null!;

    /// <summary>A saved model of the same kind to go on from: .emd, .dlpk, folder, or its weights alone (.pth, .safetensors).</summary>
    [Parameter]
    [Alias("pretrained_path")]
    public string? PretrainedPath { get; set; }

    /// <summary>The backbone's own weights: a state_dict with torchvision's names (.pth, .safetensors).</summary>
    [Parameter]
    public string? BackboneWeights { get; set; }

    /// <summary>Cpu, Cuda, or Auto: CUDA where torch reports a device.</summary>
    [Parameter]
    public LearnDevice Device { get; set; } = LearnDevice.Auto;

    /// <summary>The seed of the first weights and of dropout; the data's where it is left out.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!TryResolveOptional(PretrainedPath, out string? pretrained) || !TryResolveOptional(BackboneWeights, out string? backbone))
        {
            return;
        }

        Attempt(Data, () =>
        {
            ModelEngine engine = Create(new StartWeights(backbone, pretrained), Seed ?? Data.Seed);
            WriteVerbose(engine.Definition.Summary());
            WriteVerbose($"{Describe(engine)}, on {engine.Device}; backbone {(engine.IsFrozen ? "frozen" : "trained along")}.");
            WriteObject(Inside.Model(engine));
        });
    }

    /// <summary>Makes the kind's network.</summary>
    private protected abstract ModelEngine Create(StartWeights start, int seed);

    /// <summary>How large it is.</summary>
    private protected virtual string Describe(ModelEngine engine) => $"{engine.Parameters} weights";
}
