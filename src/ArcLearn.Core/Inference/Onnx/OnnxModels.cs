using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>Opens ONNX models: files by themselves, and those that a definition (.emd) names as its ModelFile.</summary>
internal static class OnnxModels
{
    private const string Framework = "ONNX";

    /// <summary>Whether a path is that of an ONNX file.</summary>
    public static bool IsFile(string path) => path.EndsWith(OnnxExport.Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a definition is that of an ONNX model.</summary>
    public static bool IsOnnx(ModelDefinitionFile definition) =>
        (definition.ModelFile is string file && IsFile(file)) || string.Equals(definition.Framework, Framework, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a saved model is an ONNX model.</summary>
    /// <param name="path">An ONNX file, or what <see cref="ModelPackageReader.Open(string, IO.IFileSystem)"/> takes.</param>
    public static bool IsOnnx(string path)
    {
        if (IsFile(path))
        {
            return true;
        }

        using ModelPackageReader package = ModelPackageReader.Open(path);
        return IsOnnx(package.Definition);
    }

    /// <summary>What an ONNX file is.</summary>
    /// <exception cref="LearnFormatException">It is none, damaged, or does not say what it takes or gives.</exception>
    public static OnnxDefinition Describe(string file) => Load(file, static (_, definition, _) => definition);

    /// <inheritdoc cref="Describe(string)"/>
    public static OnnxDefinition Describe(ModelPackageReader package) => Load(package, static (_, definition, _) => definition);

    /// <summary>Loads a model.</summary>
    /// <inheritdoc cref="Describe(string)"/>
    /// <exception cref="BackendMissingException">ONNX Runtime does not load, or CUDA is asked for and absent.</exception>
    public static OnnxRunModel Open(string path, LearnDevice device)
    {
        if (IsFile(path))
        {
            return Load(path, (file, definition, shown) => Create(file, definition, shown, device));
        }

        using ModelPackageReader package = ModelPackageReader.Open(path);
        return Open(package, device);
    }

    /// <inheritdoc cref="Open(string, LearnDevice)"/>
    public static OnnxRunModel Open(ModelPackageReader package, LearnDevice device) =>
        Load(package, (file, definition, shown) => Create(file, definition, shown, device));

    private static OnnxRunModel Create(OnnxFile file, OnnxDefinition definition, string shown, LearnDevice device) => definition.Task switch
    {
        OnnxTask.Objects => new OnnxDetector(file, definition, shown, device),
        OnnxTask.Pixels => new OnnxPixelClassifier(file, definition, shown, device),
        _ => new OnnxClassifier(file, definition, shown, device),
    };

    private static T Load<T>(string path, Func<OnnxFile, OnnxDefinition, string, T> use)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model at {path}.", path);
        }

        OnnxFile file = OnnxFile.Open(path);
        return use(file, OnnxDefinitionFile.Read(file, definition: null, Path.GetFileNameWithoutExtension(path), path), path);
    }

    private static T Load<T>(ModelPackageReader package, Func<OnnxFile, OnnxDefinition, string, T> use)
    {
        OnnxFile file = OnnxFile.Open(package.WeightsPath(), package.WeightsShown);
        return use(file, OnnxDefinitionFile.Read(file, package.Definition, package.Name, package.WeightsShown), package.WeightsShown);
    }
}
