using System.Globalization;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Formats;

/// <summary>Which tensor of a file goes into which of a module, decided and checked before the first is changed.</summary>
internal sealed class WeightsPlan(nn.Module module, WeightsFile file)
{
    private const int Shown = 5;

    private readonly Dictionary<string, Tensor> _targets = module.state_dict();
    private readonly Dictionary<string, KeyValuePair<string, TorchTensor>> _sources = new(StringComparer.Ordinal);
    private readonly List<string> _unexpected = [];
    private readonly Dictionary<string, string> _different = new(StringComparer.Ordinal);

    /// <summary>The module's key of a convolution that takes any number of bands from three; null where none may.</summary>
    public string? BandsKey { get; init; }

    /// <summary>Keys of the module that may differ in shape or be unknown: they are left alone.</summary>
    public Func<string, bool> SkipDifferent { get; init; } = _ => false;

    /// <summary>Looks at each tensor of the file.</summary>
    /// <param name="toModule">The module's key for the file's, or null.</param>
    /// <param name="ignore">Keys of the file without a place that are no fault.</param>
    public void Map(Func<string, string?> toModule, Func<string, bool>? ignore = null)
    {
        foreach ((string name, TorchTensor tensor) in file.Tensors)
        {
            string? key = toModule(name);
            if (key is null || !_targets.TryGetValue(key, out Tensor? target))
            {
                if (!(ignore?.Invoke(name) ?? false) && !SkipDifferent(key ?? name))
                {
                    _unexpected.Add(SafeText.Show(name));
                }
            }
            else if (Fits(tensor, target, key))
            {
                _sources[key] = new(name, tensor);
            }
            else if (!SkipDifferent(key))
            {
                _different[key] = string.Create(
                    CultureInfo.InvariantCulture, $"{SafeText.Show(name)} is [{string.Join(", ", tensor.Shape)}] of {tensor.Storage.DataType}, not [{string.Join(", ", target.shape)}] of {target.dtype}");
            }
        }
    }

    /// <summary>Keys of the module with a prefix that no tensor of the file goes into. Counters of batches may be absent: files before PyTorch 0.4.1 have none.</summary>
    public IReadOnlyList<string> Missing(string prefix) => [.. _targets.Keys.Where(key =>
        key.StartsWith(prefix, StringComparison.Ordinal) && !_sources.ContainsKey(key) && !key.EndsWith("num_batches_tracked", StringComparison.Ordinal))];

    /// <exception cref="LearnDataException">Something is missing, unexpected or of another shape.</exception>
    public void RequireNothingMissing(string prefix, string path, string question)
    {
        IReadOnlyList<string> missing = [.. Missing(prefix).Where(key => !_different.ContainsKey(key))];
        if (missing.Count + _unexpected.Count + _different.Count == 0)
        {
            return;
        }

        throw new LearnDataException(
            "WeightsMismatch",
            $"The weights in {path} do not fit this model.{List("Of another shape", [.. _different.Values])}{List("Missing", missing)}{List("Unexpected", _unexpected)} {question}",
            path);
    }

    /// <summary>Checks all that is needed, then changes the module. Each tensor is copied from the file straight to where torch takes it from.</summary>
    public void Apply()
    {
        foreach ((string name, _) in _sources.Values)
        {
            file.Check(name);
        }

        using IDisposable noGradient = no_grad();
        foreach ((string key, (string name, TorchTensor stored)) in _sources)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor target = _targets[key];
            Tensor loaded = empty([.. stored.Shape], dtype: stored.Storage.DataType.Scalar());
            file.Read(name, loaded.bytes);
            target.copy_(loaded.shape.AsSpan().SequenceEqual(target.shape) ? loaded : Spread(loaded.to(ScalarType.Float32), target.shape[1]));
        }
    }

    private bool Fits(TorchTensor source, Tensor target, string key)
    {
        long[] wanted = target.shape;
        if (source.Storage.DataType.IsFloatingPoint() != target.is_floating_point())
        {
            return false;
        }

        // Everything but the number of bands.
        bool anyBands = key == BandsKey && source.Shape is [_, 3, _, _];
        return source.Shape.Count == wanted.Length && source.Shape.Select((side, d) => side == wanted[d] || (anyBands && d == 1)).All(equal => equal);
    }

    /// <summary><c>[O, 3, k, k]</c> to <c>[O, bands, k, k]</c>.</summary>
    private static Tensor Spread(Tensor weight, long bands) =>
        weight.mean([1], keepdim: true).expand(-1, bands, -1, -1).Times(3.0 / bands);

    private static string List(string title, IReadOnlyList<string> items) => items.Count == 0
        ? ""
        : $" {title}: {string.Join("; ", items.Take(Shown))}{(items.Count > Shown ? $"; and {items.Count - Shown} more" : "")}.";
}
