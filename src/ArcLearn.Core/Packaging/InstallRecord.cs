using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>A file of an installed model.</summary>
/// <param name="Name">Relative to the model's folder, '/' between parts.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
internal sealed record InstalledFile(string Name, long Length, string Sha256);

/// <summary>install.json in the folder of an installed model: what was unpacked, when, and how to tell that it is still that.</summary>
internal sealed record InstallRecord(
    string Name, string Source, DateTime Installed, string Definition, string Weights, IReadOnlyList<InstalledFile> Files)
{
    public const string FileName = "install.json";
    private const int Version = 1;

    public string Write() => PythonJson.Write(new JsonMap
    {
        { "Version", Version },
        { "Name", Name },
        { "Source", Source },
        { "Installed", Installed.ToString("O", CultureInfo.InvariantCulture) },
        { "Definition", Definition },
        { "Weights", Weights },
        { nameof(Files), Files.Select(file => new JsonMap { { "Name", file.Name }, { "Length", file.Length }, { "Sha256", file.Sha256 } }) },
    });

    /// <exception cref="LearnFormatException">It is damaged, or names files elsewhere.</exception>
    public static InstallRecord Read(IFileSystem files, string path)
    {
        string text = files.ReadAllText(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("Version").GetInt32() != Version)
            {
                throw new LearnFormatException($"is of version {root.GetProperty("Version")}; this module reads {Version}.", path);
            }

            return new InstallRecord(
                Text(root, "Name"),
                Text(root, "Source"),
                DateTime.Parse(Text(root, "Installed"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
                Member(root, "Definition", path),
                Member(root, "Weights", path),
                [.. root.GetProperty(nameof(Files)).EnumerateArray().Select(file =>
                    new InstalledFile(Member(file, "Name", path), file.GetProperty("Length").GetInt64(), Text(file, "Sha256")))]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LearnFormatException($"is not a record of an installed model: {e.Message}", path, null, e);
        }
    }

    private static string Text(JsonElement element, string key) =>
        element.GetProperty(key).GetString() ?? throw new FormatException($"{key} is null.");

    private static string Member(JsonElement element, string key, string path)
    {
        string text = Text(element, key);
        return PortableName.TryNormalize(text, out string? problem)
            ?? throw new LearnFormatException($"{key} '{SafeText.Show(text)}' {problem}.", path);
    }
}
