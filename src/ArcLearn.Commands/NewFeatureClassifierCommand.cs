using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Makes an image classifier for the classes of a data bunch: a class, or any number of them, for a whole image.</summary>
/// <remarks>
/// <para>The network is a backbone with the head of fastai 1's cnn_learner; saved weights have the names that arcgis.learn gives them. It takes Labeled_Tiles, MultiLabeled_Tiles, Imagenet and
/// folders of images by class.</para>
/// <para>Rare classes: ClassBalancing lets an image of a rare class count more in the loss, by the root of how rare it is.</para>
/// <para>With weights for the backbone its layers are frozen, and the head is trained first; Unlock-ModelLayer lets the rest train on. Without any, everything is trained.</para>
/// <para>Above such weights the head begins, when the first training does, with what linear regression makes of the backbone's features of the training images (2,048 at most; few are looked at up to four times, once as they are and then as training changes them), not from chance.</para>
/// </remarks>
/// <example>
/// <code>$model = $data | New-FeatureClassifier -Backbone squeezenet1_1 -BackboneWeights squeezenet1_1.pth</code>
/// <para>Starts from weights that torchvision trained on ImageNet, read from its state_dict file.</para>
/// </example>
/// <example>
/// <code>$data | New-FeatureClassifier -Backbone mobilenet_v2 -ClassBalancing -LabelSmoothing 0</code>
/// <para>A small network whose rare classes count more, and which may be as sure as it likes.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "FeatureClassifier")]
[OutputType(typeof(FeatureClassifier))]
public sealed class NewFeatureClassifierCommand : NewModelCmdlet
{
    /// <summary>The network beneath the head: ResNet, ResNeXt, SqueezeNet, MobileNetV2, DenseNet or VGG.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ClassifierBackboneCompleter))]
    [ValidateNotNullOrEmpty]
    public string Backbone { get; set; } = "resnet34";

    /// <summary>Dropout probability before the last layer, 0 to 1; half of it before the first of the head.</summary>
    [Parameter]
    [ValidateRange(0.0, 0.99)]
    public double Dropout { get; set; } = 0.5;

    /// <summary>The share of the truth that is spread over all classes, 0 to 1: the network is not driven to be surer than its labels are.</summary>
    [Parameter]
    [ValidateRange(0.0, 0.99)]
    [Alias("label_smoothing")]
    public double LabelSmoothing { get; set; } = 0.1;

    /// <summary>
    /// Mixes each training image with another of its batch, and their classes with them, in shares drawn from a beta distribution with this parameter, 0 to 1; 0: none. For long trainings on few
    /// images; short ones are slowed by it.
    /// </summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double MixUp { get; set; }

    /// <summary>Lets images of rare classes count more in the loss, by the root of how rare they are among the training images.</summary>
    [Parameter]
    [Alias("class_balancing")]
    public SwitchParameter ClassBalancing { get; set; }

    private protected override ModelEngine Create(StartWeights start, int seed) => ClassifierEngine.Create(
        Data,
        new ClassifierOptions { Backbone = Backbone, Dropout = Dropout, Loss = new ImageLossOptions { LabelSmoothing = LabelSmoothing, MixUp = MixUp } },
        ClassBalancing,
        start,
        Device,
        seed,
        WarnOnce,
        StopToken);
}
