using ArcLearn.Core.Formats;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.IO;
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

    /// <summary>The definition (.emd) that an ONNX file holds; an empty one where it holds none.</summary>
    /// <exception cref="LearnFormatException">It is no ONNX file, or damaged.</exception>
    public static string DefinitionIn(string path, IFileSystem files) =>
        OnnxReader.Read(OnnxReader.ReadBytes(path, files), path).Metadata.FirstOrDefault(fact => fact.Key == OnnxMetadata.DefinitionKey).Value ?? "{}";

    /// <summary>What a model is.</summary>
    /// <param name="package">Whose definition is that of an ONNX model.</param>
    /// <exception cref="LearnFormatException">Its file is no ONNX file, damaged, or does not say with the definition what it takes or gives.</exception>
    public static OnnxDefinition Describe(ModelPackageReader package) => Load(package, static (_, definition, _) => definition);

    /// <summary>Loads a model.</summary>
    /// <inheritdoc cref="Describe"/>
    /// <exception cref="BackendMissingException">ONNX Runtime does not load, or CUDA is asked for and absent.</exception>
    public static OnnxRunModel Open(ModelPackageReader package, LearnDevice device) => Load<OnnxRunModel>(package, (file, definition, shown) => definition.Task switch
    {
        OnnxTask.Objects => new OnnxDetector(file, definition, shown, device),
        OnnxTask.Pixels => new OnnxPixelClassifier(file, definition, shown, device),
        _ => new OnnxClassifier(file, definition, shown, device),
    });

    private static T Load<T>(ModelPackageReader package, Func<OnnxFile, OnnxDefinition, string, T> use)
    {
        OnnxFile file = package.Onnx();
        return use(file, OnnxDefinitionFile.Read(file, package.Definition, package.Name, package.WeightsShown), package.WeightsShown);
    }
}
