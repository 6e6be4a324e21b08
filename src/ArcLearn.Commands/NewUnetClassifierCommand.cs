using System.Collections;
using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Makes a U-Net for the classes of a data bunch: a class for each pixel.</summary>
/// <remarks>
/// <para>The network is a backbone with a decoder that brings its maps back to the chip's side, as fastai's DynamicUnet; saved weights have the names that arcgis.learn gives
/// them. Chips of any side from 32 pixels on work. Where 32 does not divide the side, maps of unequal sides meet, and the smaller one is brought to the larger one's side by nearest
/// neighbours; multiples of 32 need none of this.</para>
/// <para>Pixels without a label: with two classes or more nobody said what they are, and they count neither in the loss nor in any measure (labels from sparse polygons are
/// such data). With one class they are all that is not of it, a class of its own. Background says otherwise.</para>
/// <para>Rare classes: ClassBalancing lets a pixel of a rare class count more, by the fourth root of how rare it is, at most four times as much as in the mean: full balance would find rare classes everywhere. ClassWeight
/// gives weights by hand.</para>
/// <para>Few chips: where an epoch of whole batches would have fewer than 16 training steps, a batch is cut into several, of four chips or more; ChipsPerStep says otherwise.</para>
/// <para>With weights for the backbone its layers are frozen, and the decoder is trained first. Without any, everything is trained.</para>
/// </remarks>
/// <example>
/// <code>$unet = $data | New-UnetClassifier -Backbone resnet18 -ClassBalancing</code>
/// <para>A U-Net whose rare classes count more.</para>
/// </example>
/// <example>
/// <code>$data | New-UnetClassifier -Background Learn -DiceLossFraction 0.5 -DiceLossAverage Macro</code>
/// <para>What has no label is a class, too; half of the loss is dice loss, in the mean of the classes.</para>
/// </example>
/// <example>
/// <code>$data | New-UnetClassifier -ClassWeight @{ road = 3; '(background)' = 0.5 } -Background Learn</code>
/// <para>Weights by class; those that are not named have 1.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "UnetClassifier")]
[OutputType(typeof(UnetClassifier))]
public sealed class NewUnetClassifierCommand : NewModelCmdlet
{
    /// <summary>The network beneath the decoder: resnet18 to resnet152, or VGG with batch norm.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(UnetBackboneCompleter))]
    [ValidateNotNullOrEmpty]
    public string Backbone { get; set; } = "resnet34";

    /// <summary>What becomes of pixels without a label: Learn makes them a class, Ignore counts them nowhere. Auto: Ignore with two classes or more, Learn with one.</summary>
    [Parameter]
    public BackgroundPixels Background { get; set; } = BackgroundPixels.Auto;

    /// <summary>Lets pixels of rare classes count more in the loss, by the fourth root of how rare they are in the training chips.</summary>
    [Parameter]
    [Alias("class_balancing")]
    public SwitchParameter ClassBalancing { get; set; }

    /// <summary>What a pixel of a class counts in the loss: class name or value to a number from 0 on; '(background)' or 0 is what has no label.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? ClassWeight { get; set; }

    /// <summary>Weighs pixels down that are scored well already (focal loss, gamma 2).</summary>
    [Parameter]
    [Alias("focal_loss")]
    public SwitchParameter FocalLoss { get; set; }

    /// <summary>The share of dice loss in the whole, 0 to 1; the rest is cross entropy, or focal loss.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("dice_loss_fraction")]
    public double DiceLossFraction { get; set; }

    /// <summary>What the dice loss is reckoned over: Micro, all pixels together, or Macro, the mean of the classes.</summary>
    [Parameter]
    [Alias("dice_loss_average")]
    public DiceAverage DiceLossAverage { get; set; } = DiceAverage.Micro;

    /// <summary>
    /// Chips that a training step takes at least: a batch of the data is cut into as many equal steps as that allows. Left out: four or more, so that an
    /// epoch has 16 steps where the chips are few. The batch size gives whole batches.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int? ChipsPerStep { get; set; }

    private protected override ModelEngine Create(StartWeights start, int seed)
    {
        if (ClassBalancing && ClassWeight is not null)
        {
            throw new LearnArgumentException(nameof(ClassWeight), "-ClassBalancing reckons the weights that -ClassWeight gives: use one of them.", LearnArgumentException.ParameterMix);
        }

        PixelLossPlan loss = new()
        {
            Background = Background,
            ClassBalancing = ClassBalancing,
            ClassWeights = Weights(),
            FocalLoss = FocalLoss,
            DiceFraction = DiceLossFraction,
            DiceAverage = DiceLossAverage,
        };
        UnetEngine engine = UnetEngine.Create(
            Data,
            new UnetOptions { Backbone = Backbone, ChipSize = Data.ChipSize, Classes = Data.Classes.Count, Loss = loss.For(PixelDataCheck.Masks(Data), WarnOnce), ChipsPerStep = ChipsPerStep },
            start,
            Device,
            seed,
            WarnOnce,
            StopToken);
        if (engine.ClassWeights is { } weights)
        {
            WriteVerbose($"What a pixel counts: {string.Join(", ", weights.Select((weight, label) => FormattableString.Invariant($"{(label == 0 ? "(background)" : engine.Classes[label - 1].Name)} {weight:0.##}")))}.");
        }

        return engine;
    }

    private Dictionary<string, double>? Weights()
    {
        if (ClassWeight is null)
        {
            return null;
        }

        Dictionary<string, double> weights = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in ClassWeight)
        {
            string name = LanguagePrimitives.ConvertTo<string>(entry.Key);
            weights[name] = LanguagePrimitives.TryConvertTo(entry.Value, out double weight) && weight >= 0 && double.IsFinite(weight)
                ? weight
                : throw new LearnArgumentException(nameof(ClassWeight), $"The weight of '{name}' is '{entry.Value}'; it is a number from 0 on.");
        }

        return weights;
    }
}
