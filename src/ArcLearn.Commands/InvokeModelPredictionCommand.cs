using System.Management.Automation;
using ArcLearn.Core.Data;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Detects objects in images, or tells their class, and writes a prediction for each.</summary>
/// <remarks>
/// <para>A classifier sees the middle of an image in its chip size, at the image's own scale, as it saw the validation images; it gives the class, its probability and those of all classes.</para>
/// <para>A detector searches an image in chips that overlap by half; those at its edges are filled with nodata, or 0. Boxes are in pixels from its upper
/// left corner, scores from 0 to 1. An image that cannot be read is an error, and the next one follows all the same.</para>
/// <para>Images are taken as they are: the size of their pixels on the ground is not compared with the model's. For rasters and layers on a map
/// use Invoke-DetectObjects.</para>
/// </remarks>
/// <example>
/// <code>Invoke-ModelPrediction -Path photos -Recurse -Model trees -DetectThreshold 0.4 -PicturePath found</code>
/// <para>Searches all images in a folder and below it with the installed model "trees", and draws each with its objects.</para>
/// </example>
/// <example>
/// <code>(Invoke-ModelPrediction -Path photos/*.png -Model $model).Objects</code>
/// <para>All objects of some images.</para>
/// </example>
/// <example>
/// <code>Invoke-ModelPrediction -Path photos -Model scenes</code>
/// <para>The class of each image, with the installed classifier "scenes".</para>
/// </example>
[Cmdlet(VerbsLifecycle.Invoke, "ModelPrediction", SupportsShouldProcess = true, DefaultParameterSetName = "InputObject")]
[OutputType(typeof(Prediction), typeof(ClassPrediction))]
public sealed class InvokeModelPredictionCommand : LearnCmdlet
{
    private readonly HashSet<string> _pictures = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IDisposable> _opened = [];
    private ModelSource? _source;
    private ImagePredictor? _predictor;
    private ClassPredictor? _classes;
    private bool _isBroken;

    /// <summary>Images, or folders of images; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("img_path")]
    public string[] Path { get; set; } = [];

    /// <summary>Images, or folders of images, whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath")]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Files and folders from the pipeline; text is a path with wildcards, an object with a PSPath is taken literally.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    [ValidateNotNull]
    public object[] InputObject { get; set; } = [];

    /// <summary>A model in hand, an installed model or its name, a definition, or the path of a .emd, .dlpk, .onnx or model folder.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object Model { get; set; } = null!;

    /// <summary>Searches the folders below a folder too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>The score that a detection needs, 0 to 1; for detectors.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("threshold", "thresh")]
    public double DetectThreshold { get; set; } = 0.5;

    /// <summary>Detections of one class that overlap a better one by more (intersection over union) are dropped; for detectors.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    [Alias("nms_overlap")]
    public double NmsOverlap { get; set; } = 0.1;

    /// <summary>Chips or images per step; a large batch costs memory. At least two are taken.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    [Alias("batch_size")]
    public int BatchSize { get; set; } = 4;

    /// <summary>Sees each image in its eight turns and mirrorings and gives the mean of the probabilities: more often right, at eight times the work; for classifiers.</summary>
    [Parameter]
    [Alias("test_time_augmentation")]
    public SwitchParameter TestTimeAugmentation { get; set; }

    /// <summary>A folder, which is made, for pictures of the images with their objects (PNG); for detectors.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PicturePath { get; set; }

    /// <summary>Replaces pictures that exist.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Cpu, Cuda, or Auto: CUDA where torch reports a device. A model in hand stays where it is.</summary>
    [Parameter]
    public LearnDevice Device { get; set; } = LearnDevice.Auto;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _source = new ModelSource(Model, SessionState.Path.GetUnresolvedProviderPathFromPSPath);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IEnumerable<string> found = ParameterSetName switch
        {
            "Path" => Path.SelectMany(path => ResolveExisting(path, literal: false)),
            "LiteralPath" => LiteralPath.SelectMany(path => ResolveExisting(path, literal: true)),
            _ => InputObject.SelectMany(ResolveItem),
        };
        foreach (string image in found.SelectMany(Images))
        {
            if (_isBroken)
            {
                return;
            }

            if (ShouldProcess(image, $"Predict with {_source!.Name}"))
            {
                Predict(image);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Classify();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // The predictor before its model.
            _opened.Reverse();
            _opened.ForEach(one => one.Dispose());
            _opened.Clear();
        }

        base.Dispose(disposing);
    }

    private IReadOnlyList<string> Images(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        IReadOnlyList<string> images = [];
        Attempt(path, () =>
        {
            images = ImageFiles.Find(path, Recurse);
            if (images.Count == 0)
            {
                string below = Recurse ? " or below" : ", and -Recurse was not given";
                throw new LearnDataException("NoImages", $"There is no image ({ImageFiles.Extensions}) in {path}{below}.", path);
            }
        });
        return images;
    }

    private void Predict(string image)
    {
        // Opened at the first image: -WhatIf needs no libtorch. A model that does not open is one error, not one for each image.
        if (_predictor is null && _classes is null && !Attempt(Model, Open))
        {
            _isBroken = true;
            return;
        }

        if (_classes is not null)
        {
            Attempt(image, () => _classes.Add(image));
            if (_classes.IsFull)
            {
                Classify();
            }

            return;
        }

        Attempt(image, () =>
        {
            string? picture = PictureFor(image);
            Prediction prediction = _predictor!.Predict(image, cancel: StopToken);
            if (picture is not null)
            {
                PredictionPicture.Draw(prediction, _predictor.Classes, picture, Force, cancel: StopToken);
            }

            WriteObject(prediction with { PicturePath = picture });
        });
    }

    private void Open()
    {
        IRunModel model = (IRunModel?)_source!.OpenOnnx(Device) ?? _source.OpenAs<ModelEngine>(nameof(LearnModel), Device, StopToken);
        if (!_source.IsInHand)
        {
            _opened.Add(model);
        }

        switch (model)
        {
            case IDetectionModel detector when TestTimeAugmentation:
                throw new LearnArgumentException(
                    nameof(TestTimeAugmentation),
                    $"-TestTimeAugmentation is for classifiers, and {_source.Name} is a detector. Invoke-DetectObjects takes -ModelArguments @{{ test_time_augmentation = $true }}.",
                    LearnArgumentException.ParameterMix);
            case IDetectionModel detector:
                _predictor = ImagePredictor.Create(
                    detector, new ImagePredictionOptions { DetectThreshold = DetectThreshold, NmsOverlap = NmsOverlap, BatchSize = BatchSize });
                _opened.Add(_predictor);
                break;
            case IChipModel classifier when PicturePath is not null:
                throw new LearnArgumentException(
                    nameof(PicturePath), $"-PicturePath draws objects, and {classifier.Name} finds none. Show-ModelResult draws images with their classes.", LearnArgumentException.ParameterMix);
            case IChipModel classifier:
                NetworkDefinition definition = _source.DescribeAny();
                _classes = new ClassPredictor(classifier, definition, RunModels.IsMultiLabel(definition, _source.Name), BatchSize, isAugmented: TestTimeAugmentation);
                _opened.Add(_classes);
                break;
            default:
                throw new LearnDataException(
                    "ModelType", $"{_source.Name} is a {_source.DescribeAny().Kind}; this needs a {nameof(SingleShotDetector)} or a {nameof(FeatureClassifier)}.", Model);
        }
    }

    /// <summary>Writes what is said of the images that were read.</summary>
    private void Classify()
    {
        if (_classes is not null)
        {
            Attempt(Model, () => WriteObject(_classes.Predict(), enumerateCollection: true));
        }
    }

    /// <summary>A name of its own for each image, also where two folders hold files of one name; checked before the work.</summary>
    private string? PictureFor(string image)
    {
        if (PicturePath is null)
        {
            return null;
        }

        string folder = ResolveOutput(PicturePath);
        LocalFileSystem.Instance.RequireNoFileAbove(System.IO.Path.Combine(folder, "x.png"));
        string stem = System.IO.Path.Combine(folder, System.IO.Path.GetFileNameWithoutExtension(image));
        string picture = stem + ".png";
        for (int i = 2; !_pictures.Add(picture); i++)
        {
            picture = FormattableString.Invariant($"{stem}_{i}.png");
        }

        Directory.CreateDirectory(folder);
        PictureFile.CheckOutput(picture, LocalFileSystem.Instance, Force);
        if (string.Equals(picture, image, StringComparison.OrdinalIgnoreCase))
        {
            throw new LearnArgumentException(nameof(PicturePath), $"{picture} is the image itself; give -PicturePath another folder.");
        }

        return picture;
    }
}
