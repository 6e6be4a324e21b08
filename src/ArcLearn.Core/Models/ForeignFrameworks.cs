using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference.Onnx;

namespace ArcLearn.Core.Models;

/// <summary>Models of programs that cannot be run here: why, and what helps.</summary>
internal static class ForeignFrameworks
{
    private const string Remedy = " Then name model.onnx as the definition's ModelFile.";

    /// <summary>How PyTorch writes an ONNX file.</summary>
    public const string TorchExport =
        "torch.onnx.export(model.eval(), torch.zeros(1, 3, 256, 256), 'model.onnx', dynamic_axes={'input': {0: 'batch'}}, input_names=['input'])";

    /// <summary>Why none of TorchScript's programs is run.</summary>
    public const string TorchScriptReason = "a program of TorchScript, which runs whatever it says, and ends the whole process where it says what this libtorch does not know";

    /// <exception cref="LearnDataException">FrameworkNotSupported: the model needs another program.</exception>
    public static void Refuse(ModelDefinitionFile file, string path)
    {
        if (Reason(file) is string reason)
        {
            throw new LearnDataException("FrameworkNotSupported", $"{path} cannot be run here: {reason}{Remedy}", path);
        }
    }

    private static string? Reason(ModelDefinitionFile file)
    {
        string framework = file.Framework ?? "";
        string weights = Path.GetExtension(file.ModelFile ?? "").ToUpperInvariant();
        if (OnnxModels.IsOnnx(file))
        {
            return null;
        }

        if (Is("TensorFlow") || weights is ".PB" or ".TFLITE")
        {
            return "it is a graph of TensorFlow, which needs TensorFlow itself. Convert it to ONNX: python -m tf2onnx.convert --saved-model (folder) --opset 17 --output model.onnx (--graphdef for a .pb, --tflite for a .tflite).";
        }

        if (Is("Keras") || (framework.Length == 0 && !file.IsOwn && weights is ".H5" or ".HDF5" or ".KERAS"))
        {
            return "it is a model of Keras, which needs TensorFlow. Convert it to ONNX: tf2onnx.convert.from_keras(model, opset=17, output_path='model.onnx') in Python.";
        }

        if (Is("CNTK"))
        {
            return "it is a model of CNTK, which is no longer made. CNTK itself writes ONNX: model.save('model.onnx', format=cntk.ModelFormat.ONNX).";
        }

        if (file.IsOwn)
        {
            return null;
        }

        // Only what tells the network too may be opened; that of these is in a program.
        if (IsTorchScript(file, weights))
        {
            return $"it is {TorchScriptReason}. Export the network itself as ONNX: {TorchExport}.";
        }

        return Is("PyTorch") || Is("Templates") || file.InferenceFunction?.EndsWith(".py", StringComparison.OrdinalIgnoreCase) == true && !IsArcGisLearn(framework)
            ? $"its network is Python code ({SafeText.Show(file.InferenceFunction ?? file.ModelConfiguration ?? "a raster function")}), and Python in packages is never run. Export the network as ONNX where it runs: {TorchExport}."
            : null;

        bool Is(string name) => string.Equals(framework, name, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsTorchScript(ModelDefinitionFile file, string weights) =>
        weights == ".PT" || file.Other.Any(pair => pair.Key == "TorchScript" && pair.Value.ValueKind == JsonValueKind.Object);

    private static bool IsArcGisLearn(string framework) => framework.StartsWith("arcgis.learn", StringComparison.OrdinalIgnoreCase);
}
