using System.Management.Automation;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>Writes a model for other programs.</summary>
/// <remarks>
/// <para>An ONNX file (operator set 17) holds operators and weights: ONNX Runtime, QGIS' plugin Deepness and the Invoke cmdlets here run it. Batch norm is folded into the convolutions before it. The input is [batch, bands, S, S] 32-bit
/// samples, of the model's bands and chip size and any number of chips: a sample is divided by 255, then the metadata standardization_mean is subtracted and the result is divided by standardization_std. The output is final: of a detector
/// [batch, 4 + classes, anchors] with centre x, centre y, width and height in pixels and a probability for each class, suppression not done; of a pixel classifier [batch, 1 + classes, S, S] probabilities with background first, which is 0
/// where it was not learnt; of an image classifier [batch, classes] probabilities.</para>
/// <para>The metadata are those that Deepness knows (model_type, class_names, resolution, tile_size, tiles_overlap, det_type, det_conf, det_iou_thresh, seg_thresh, standardization_mean and -_std) and the model's whole definition under
/// esri_model_definition, so that the file alone is a model for -Model here.</para>
/// <para>A safetensors file holds the weights alone under arcgis.learn's names, for PyTorch by the library of that name; the definition is among its metadata.</para>
/// </remarks>
/// <example>
/// <code>Export-LearnModel -Model trees -Path trees.onnx</code>
/// <para>The installed model "trees" for QGIS.</para>
/// </example>
/// <example>
/// <code>$model | Export-LearnModel -Path trees.onnx -Force; Invoke-DetectObjects scene.tif trees.onnx trees.gpkg</code>
/// <para>A model in hand, and a run with what was written.</para>
/// </example>
/// <example>
/// <code>Get-LearnModel | Export-LearnModel -Path onnx/</code>
/// <para>All installed models, each as onnx/(name).onnx.</para>
/// </example>
[Cmdlet(VerbsData.Export, "LearnModel", SupportsShouldProcess = true)]
[OutputType(typeof(ExportedModel))]
public sealed class ExportLearnModelCommand : LearnCmdlet
{
    private readonly List<(ModelSource Source, ExportFormat Format, string Path, bool IsInFolder)> _exports = [];

    /// <summary>A model in hand, an installed model or its name, or the path of a .emd, .dlpk or model folder.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object Model { get; set; } = null!;

    /// <summary>The file, .onnx or .safetensors; left out: (model).onnx in the current location. A folder (with a separator at its end) or a script block names one for each model ($_ is its name).</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public object? Path { get; set; }

    /// <summary>The file's format; left out: what the path ends in, else Onnx.</summary>
    [Parameter]
    public ExportFormat? Format { get; set; }

    /// <summary>Replaces a file that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(Model, () =>
    {
        ModelSource source = new(Model, SessionState.Path.GetUnresolvedProviderPathFromPSPath);
        ExportFormat format = Format ?? ModelExport.FormatOf(Path is PSObject wrapped ? wrapped.BaseObject as string : Path as string);
        string path = ResolveOutput(Path, source.Name + ModelExport.ExtensionOf(format), source.Name, out bool isInFolder);
        _exports.Add((source, format, path, isInFolder));
    });

    /// <summary>Writes once all models are known: two of them may have one place.</summary>
    protected override void EndProcessing()
    {
        Attempt(Path, () => RequireDistinct(nameof(Path), _exports.Select(export => export.Path), (count, path) =>
            $"{count} models cannot go into one file, {path}; give -Path a folder (ending in a separator) where their names differ, or a script block that names each."));
        foreach ((ModelSource source, ExportFormat format, string path, bool isInFolder) in _exports)
        {
            Attempt(source.Name, () => Export(source, format, path, isInFolder));
        }
    }

    private void Export(ModelSource source, ExportFormat format, string path, bool isInFolder)
    {
        ModelExport.Check(path, format, Force, isInFolder);
        WriteVerbose(source.DescribeAny().Summary());
        if (!ShouldProcess(path, $"Export {source.Name} as {format}"))
        {
            return;
        }

        ModelEngine model = source.OpenAs<ModelEngine>(nameof(LearnModel), LearnDevice.Cpu, StopToken);
        try
        {
            WriteObject(ModelExport.Write(model, path, format, isInFolder, StopToken));
        }
        finally
        {
            if (!source.IsInHand)
            {
                model.Dispose();
            }
        }
    }
}
