using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>Takes the chip of a feature from a folder of Labeled_Tiles, whose labels are the values of a field: as arcgis.learn classifies features.</summary>
internal sealed class TileChips : IFeatureChips
{
    private const string None = "no chip";
    private const string Several = "more than one chip";

    private readonly Dictionary<string, string?> _images = new(StringComparer.Ordinal);
    private readonly ImageInput _input;
    private readonly IFileSystem _files;
    private readonly int _field;
    private readonly bool _isKey;
    private readonly string _identity;

    /// <exception cref="LearnDataException">FieldMissing: the layer has no such field. DatasetTypeMismatch: the folder holds no Labeled_Tiles.</exception>
    public TileChips(FeatureRequest request, IVectorLayer layer, NetworkDefinition model, Action<string>? warn, IFileSystem files, CancellationToken cancel)
    {
        (_input, _files) = (new ImageInput(model), files);
        _field = layer.Fields.Select(field => field.Name).ToList().FindIndex(IsNamed);
        _isKey = _field < 0 && IsNamed(layer.KeyField);
        if (_field < 0 && !_isKey)
        {
            throw new LearnDataException(
                "FieldMissing",
                $"{layer.Path} has no field '{request.InputLabelField}'; it has {string.Join(", ", layer.Fields.Select(field => field.Name).Append(layer.KeyField).OfType<string>())}.",
                layer.Path);
        }

        bool IsNamed(string? name) => string.Equals(name, request.InputLabelField, StringComparison.OrdinalIgnoreCase);

        TrainingFolder folder = TrainingFolder.Open(request.TilesFolder!, files, datasetType: null, warn, cancel: cancel);
        if (folder.Content != LabelContent.ImageClass)
        {
            throw new LearnDataException(
                "DatasetTypeMismatch", $"{folder.Path} holds {folder.DatasetType}; features are classified from {MetadataFormats.LabeledTiles}, whose labels are the values of -InputLabelField.", folder.Path);
        }

        using IncrementalHash tiles = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ChipEntry chip in folder.Chips)
        {
            tiles.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{chip.ImagePath} {files.Stamp(chip.ImagePath)} {string.Join(',', chip.Labels.ClassNames)}\n")));
            foreach (string name in chip.Labels.ClassNames)
            {
                _images[name] = _images.ContainsKey(name) ? null : chip.ImagePath;
            }
        }

        _identity = $"{folder.Path} {request.InputLabelField} {Convert.ToHexString(tiles.GetHashAndReset())}";
    }

    public string Identity() => _identity;

    public byte[] Subject(VectorFeature feature) => Encoding.UTF8.GetBytes(Label(feature) ?? "");

    public string? Read(VectorFeature feature, Span<float> samples)
    {
        if (Label(feature) is not string value || !_images.TryGetValue(value, out string? image))
        {
            return None;
        }

        if (image is null)
        {
            return Several;
        }

        _ = _input.Read(image, samples, _files);
        return null;
    }

    public void Dispose()
    {
    }

    private string? Label(VectorFeature feature) => Convert.ToString(_isKey ? feature.Id : feature.Values[_field], CultureInfo.InvariantCulture);
}
