using ArcLearn.Core.Formats;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>Numbers that a model answered with.</summary>
internal sealed record OnnxArray(IReadOnlyList<long> Shape, float[] Values);

/// <summary>
/// A model in ONNX Runtime. Its weights are in memory once; any number of threads may run it at a time. What it answers depends on what it is given and on nothing else: neither the
/// number of threads nor the batch change a bit of it.
/// </summary>
internal sealed class OnnxSession : IDisposable
{
    private const string Cuda = "CUDAExecutionProvider";

    private static readonly Lazy<OrtEnv> s_environment = new(CreateEnvironment);

    private readonly InferenceSession _session;
    private readonly OnnxSignature _signature;
    private readonly string _shown;
    private readonly string[] _outputs;

    private OnnxSession(InferenceSession session, OnnxFile file, string shown, string device)
    {
        (_session, _signature, _shown, Device) = (session, file.Signature, shown, device);
        _outputs = [.. file.Signature.Outputs.Select(output => output.Value.Name)];
    }

    /// <summary>Cpu or Cuda.</summary>
    public string Device { get; }

    /// <summary>The runtime's version.</summary>
    public static string Version => s_environment.Value.GetVersionString();

    /// <summary>Loads a file that was checked.</summary>
    /// <param name="shown">What messages call it.</param>
    /// <param name="threads">Threads within a call; 1 where every caller has a thread of its own.</param>
    /// <exception cref="LearnFormatException">ONNX Runtime refuses it.</exception>
    /// <exception cref="BackendMissingException">ONNX Runtime does not load, or CUDA is asked for and absent.</exception>
    public static OnnxSession Open(OnnxFile file, string shown, LearnDevice device, int threads)
    {
        try
        {
            using SessionOptions options = new()
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };

            // Threads that wait for work leave the processor to others.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            bool isCuda = UsesCuda(s_environment.Value, device);
            if (isCuda)
            {
                options.AppendExecutionProvider_CUDA(0);
            }

            // What was checked is what is loaded; weights in other files are found from the model's own folder.
            if (file.Others.Count > 0)
            {
                options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", Path.GetDirectoryName(Path.GetFullPath(file.Path))!);
            }

            InferenceSession session = new(file.Bytes, options);
            return new OnnxSession(session, file, shown, isCuda ? nameof(LearnDevice.Cuda) : nameof(LearnDevice.Cpu));
        }
        catch (OnnxRuntimeException e)
        {
            throw new LearnFormatException($"cannot be loaded by ONNX Runtime {Version}: {Sentence(e)}", shown, inner: e);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or TypeInitializationException)
        {
            throw new BackendMissingException(
                "onnxruntime", $"ONNX models need ONNX Runtime, whose native library does not load: {e.InnerException?.Message ?? e.Message} Build the module again for this system.", e);
        }
    }

    /// <summary>Runs a batch.</summary>
    /// <param name="shape">Of the samples, as the model takes them.</param>
    /// <returns>The outputs in the file's order.</returns>
    /// <exception cref="LearnDataException">ModelOutput: the model fails on it.</exception>
    public OnnxArray[] Run(Memory<float> samples, long[] shape)
    {
        try
        {
            using Microsoft.ML.OnnxRuntime.RunOptions run = new();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, samples, shape);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(run, [_signature.Input.Name], [input], _outputs);
            return [.. outputs.Select(ToArray)];
        }
        catch (OnnxRuntimeException e) when (e.Message.Contains("alloc", StringComparison.OrdinalIgnoreCase))
        {
            throw new InsufficientMemoryException($"ONNX Runtime found no memory for a batch of [{string.Join(", ", shape)}]: {Sentence(e)}", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new LearnDataException("ModelOutput", $"{_shown} fails on samples of [{string.Join(", ", shape)}]: {Sentence(e)}", _shown, e);
        }
    }

    public void Dispose() => _session.Dispose();

    private static bool UsesCuda(OrtEnv environment, LearnDevice device)
    {
        bool isThere = device != LearnDevice.Cpu && environment.GetAvailableProviders().Contains(Cuda, StringComparer.Ordinal);
        return isThere || device != LearnDevice.Cuda
            ? isThere
            : throw new BackendMissingException("onnxruntime_providers_cuda", "CUDA was asked for, and this build's ONNX Runtime has no CUDA. Build the module with -TorchBackend cuda-linux or cuda-windows, or use -Device Cpu.");
    }

    private static OrtEnv CreateEnvironment()
    {
        EnvironmentCreationOptions options = new() { logId = "ArcLearn", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        OrtEnv environment = OrtEnv.IsCreated ? OrtEnv.Instance() : OrtEnv.CreateInstanceWithOptions(ref options);
        environment.DisableTelemetryEvents();
        return environment;
    }

    private OnnxArray ToArray(OrtValue value)
    {
        if (!value.IsTensor)
        {
            throw new LearnDataException("ModelOutput", $"{_shown} answers with {value.OnnxType}; arrays are understood.", _shown);
        }

        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        return new OnnxArray(info.Shape, info.ElementDataType switch
        {
            TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
            TensorElementType.Double => Convert(value.GetTensorDataAsSpan<double>(), static number => (float)number),
            TensorElementType.Float16 => Convert(value.GetTensorDataAsSpan<Float16>(), static number => (float)number),
            TensorElementType.Int64 => Convert(value.GetTensorDataAsSpan<long>(), static number => (float)number),
            TensorElementType.Int32 => Convert(value.GetTensorDataAsSpan<int>(), static number => (float)number),
            TensorElementType.UInt8 => Convert(value.GetTensorDataAsSpan<byte>(), static number => (float)number),
            var other => throw new LearnDataException("ModelOutput", $"{_shown} answers with numbers of type {other}, which are not understood.", _shown),
        });
    }

    private static float[] Convert<T>(ReadOnlySpan<T> values, Func<T, float> convert)
    {
        float[] result = new float[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = convert(values[i]);
        }

        return result;
    }

    /// <summary>The runtime's words on one line, ended by a dot.</summary>
    private static string Sentence(Exception e) => SafeText.ShowPath(string.Join(' ', e.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.')) + ".";
}
