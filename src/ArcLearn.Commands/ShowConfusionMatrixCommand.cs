using System.Management.Automation;
using ArcLearn.Core.Drawing;

namespace ArcLearn.Commands;

/// <summary>Draws how often each class was found as each: the truth in rows, what was found in columns.</summary>
/// <remarks>
/// <para>The matrix is written as an object with the path of its picture. A field shows its share of its row, which is the recall on the diagonal, and its count.</para>
/// </remarks>
/// <example>
/// <code>$unet | Show-ConfusionMatrix -Path confusion.png</code>
/// <para>Of the validation chips.</para>
/// </example>
/// <example>
/// <code>$unet | Measure-ModelAccuracy -Data $east | Show-ConfusionMatrix -Path east.png</code>
/// <para>Of what was measured already.</para>
/// </example>
[Cmdlet(VerbsCommon.Show, "ConfusionMatrix", SupportsShouldProcess = true, DefaultParameterSetName = ModelSet)]
[OutputType(typeof(ConfusionMatrix))]
public sealed class ShowConfusionMatrixCommand : PictureCmdlet
{
    private const string ModelSet = "Model";
    private const string AccuracySet = "Accuracy";

    /// <summary>The model to measure.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ModelSet)]
    [ValidateNotNull]
    public LearnModel Model { get; set; } = null!;

    /// <summary>What Measure-ModelAccuracy gave.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = AccuracySet)]
    [ValidateNotNull]
    public ModelAccuracy Accuracy { get; set; } = null!;

    /// <summary>Another bunch, all of whose chips are measured; left out: the validation chips.</summary>
    [Parameter(ParameterSetName = ModelSet)]
    public LearnDataBunch? Data { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string name = ParameterSetName == ModelSet ? Model.Name : Accuracy.Model;
        Draw($"{name}_confusion.png", $"Draw the confusion matrix of {name}", picture =>
        {
            ModelAccuracy measured = ParameterSetName == ModelSet
                ? Inside.Measure(Model, Data, LearnPrecision.Float32, isAugmented: false, WarnOnce, StopToken)
                : Accuracy;
            string title = FormattableString.Invariant($"{name}: accuracy {measured.Accuracy:0.000}, mean IoU {measured.MeanIou:0.000}, {measured.Count} {measured.Unit}");
            ConfusionMatrix matrix = measured.ConfusionMatrix ?? throw new LearnDataException(
                "ModelType", $"{name} gives an image any number of classes: none is taken for another, and there is no confusion matrix. Measure-ModelAccuracy tells how well each is found.", name);
            return matrix with { Path = ConfusionPicture.Save(matrix, title, picture, Force).Path };
        });
    }
}
