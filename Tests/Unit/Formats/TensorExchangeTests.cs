using System.Security.Cryptography;
using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Hundreds of tensors of every type, of many shapes and views, to PyTorch and from there, bit by bit (Tests/Parity/exchange_tensors.py).</summary>
public sealed class TensorExchangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PyTorchFact]
    public void What_PyTorch_saves_is_read_and_what_is_written_PyTorch_loads()
    {
        PyTorch.Run("exchange_tensors.py", "write", _folder.Root);
        using JsonDocument known = JsonDocument.Parse(File.ReadAllText(_folder.PathOf("zoo.json")));
        foreach (string name in new[] { "zoo.pth", "zoo_legacy.pth", "zoo_protocol4.pth", "zoo_checkpoint.pth", "zoo.safetensors" })
        {
            KeyValuePair<string, TorchArray>[] read = WeightsFileTests.ReadAll(_folder.PathOf(name));
            Assert.Equal(known.RootElement.EnumerateObject().Select(item => item.Name), read.Select(pair => pair.Key));
            foreach ((string key, TorchArray array) in read)
            {
                JsonElement expected = known.RootElement.GetProperty(key);
                Assert.Equal(expected.GetProperty("dtype").GetString(), array.DataType.ToString().ToLowerInvariant());
                Assert.Equal(expected.GetProperty("shape").Deserialize<long[]>(), array.Shape);
                Assert.True(expected.GetProperty("sha256").GetString() == Convert.ToHexStringLower(SHA256.HashData(array.Bytes)), $"{name}: {key}");
            }
        }

        KeyValuePair<string, TorchArray>[] all = WeightsFileTests.ReadAll(_folder.PathOf("zoo.pth"));
        TorchFileWriter.Write(_folder.PathOf("ours.pth"), all);
        SafetensorsWriter.Write(_folder.PathOf("ours.safetensors"), all);
        Assert.Equal($"{all.Length}", PyTorch.Run("exchange_tensors.py", "read", _folder.Root).Trim());
    }
}
