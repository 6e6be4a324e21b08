using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>An ONNX model as the engine runs it: what all kinds have in common.</summary>
internal abstract class OnnxRunModel : IRunModel
{
    private readonly string _hash;

    /// <param name="threads">Threads within a call; 1 where every caller has a thread of its own.</param>
    protected OnnxRunModel(OnnxFile file, OnnxDefinition definition, string shown, LearnDevice device, int threads)
    {
        Definition = definition;
        _hash = file.Hash();
        Session = OnnxSession.Open(file, shown, device, threads);
    }

    public OnnxDefinition Definition { get; }

    public string Name => Definition.Name;

    public ModelInput Input => Definition.Input;

    public string Device => Session.Device;

    public OnnxSession Session { get; }

    public string Fingerprint(CancellationToken cancel)
    {
        IEnumerable<object?> parts =
        [
            _hash, Definition.Takes, Definition.Boxes, string.Join(' ', Definition.Unlearnt), Definition.IsMultiLabel, OnnxSession.Version, Definition.Normalization.Scale,
            .. Definition.Normalization.Mean, .. Definition.Normalization.Deviation, .. Definition.Channels, .. Definition.Classes.SelectMany(one => new object[] { one.Value, one.Name }),
        ];
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture))))));
    }

    public void TellPrecision(LearnPrecision precision, Action<string>? warn)
    {
        if (precision != LearnPrecision.Float32)
        {
            warn?.Invoke($"{Name} is an ONNX model, which computes as its file says: -Precision {precision} changes nothing.");
        }
    }

    public void Dispose() => Session.Dispose();
}
