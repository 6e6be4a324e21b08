using System.Management.Automation;
using ArcLearn.Core.Drawing;

namespace ArcLearn.Commands;

/// <summary>Draws training chips with their objects and class names as the network sees them, on one sheet.</summary>
/// <remarks>
/// <para>The chips are cut, turned and lit as New-LearnTransform says; with the data's own seed they are those that the first epoch begins with.
/// Look at them before a training: boxes that lie beside their objects, and changes that make objects unlike themselves, are seen here.</para>
/// </remarks>
/// <example>
/// <code>$data | Show-LearnDataBunch -Path chips.png -Rows 3 -Columns 5</code>
/// <para>Fifteen chips as training sees them.</para>
/// </example>
/// <example>
/// <code>$data | Show-LearnDataBunch -Path raw.png -Raw -Seed 3 -Open</code>
/// <para>Other chips, as they are, and opens the picture.</para>
/// </example>
[Cmdlet(VerbsCommon.Show, "LearnDataBunch", SupportsShouldProcess = true)]
[OutputType(typeof(PictureItem))]
public sealed class ShowLearnDataBunchCommand : PictureCmdlet
{
    /// <summary>The data, as New-LearnDataBunch gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LearnDataBunch Data { get; set; } = null!;

    /// <summary>Rows of chips.</summary>
    [Parameter]
    [ValidateRange(1, 20)]
    public int Rows { get; set; } = 4;

    /// <summary>Chips in a row.</summary>
    [Parameter]
    [ValidateRange(1, 20)]
    public int Columns { get; set; } = 4;

    /// <summary>Shows the chips without the random changes, cut at their centre.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Shows validation chips, which are never changed.</summary>
    [Parameter]
    public SwitchParameter Validation { get; set; }

    /// <summary>The seed of the choice and of the changes; the data's where it is left out.</summary>
    [Parameter]
    public int? Seed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Draw("chips.png", $"Draw chips of {string.Join(", ", Data.Path)}", picture => DataBunchSheet.Draw(
        Data,
        picture,
        new DataBunchSheetOptions { Rows = Rows, Columns = Columns, IsRaw = Raw, IsValidation = Validation, Seed = Seed, Force = Force },
        cancel: StopToken));
}
