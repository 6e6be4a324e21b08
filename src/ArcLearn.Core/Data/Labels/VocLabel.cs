using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data.Labels;

/// <summary>Reads Pascal VOC files by tag, whatever their order and whatever else they hold.</summary>
internal static class VocLabel
{
    private static readonly XmlReaderSettings s_settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <param name="needsBox">Whether an object without a box is a fault, not one with a box of zeros.</param>
    /// <exception cref="LearnFormatException">The file is not XML, or a box lacks a number.</exception>
    public static List<NamedBox> Read(string path, IFileSystem files, bool needsBox = true)
    {
        XElement root;
        try
        {
            using Stream stream = files.OpenRead(path);
            using XmlReader reader = XmlReader.Create(stream, s_settings);
            root = XElement.Load(reader, LoadOptions.SetLineInfo);
        }
        catch (XmlException e)
        {
            throw new LearnFormatException($"is not a Pascal VOC file: {e.Message}", path, e.LineNumber > 0 ? e.LineNumber : null, e);
        }

        if (root.Name.LocalName != "annotation")
        {
            throw new LearnFormatException($"is not a Pascal VOC file: its root is <{root.Name.LocalName}>, not <annotation>.", path, Line(root));
        }

        List<NamedBox> objects = [];
        foreach (XElement item in root.Elements("object"))
        {
            string? text = item.Element("name")?.Value.Trim();
            string? name = string.IsNullOrEmpty(text) ? null : text;
            if (!needsBox)
            {
                objects.Add(new NamedBox(name, 0, 0, 0, 0));
                continue;
            }

            XElement box = item.Element("bndbox") ?? throw new LearnFormatException("has an <object> without <bndbox>.", path, Line(item));
            objects.Add(new NamedBox(
                name, Number(box, "xmin", path), Number(box, "ymin", path), Number(box, "xmax", path), Number(box, "ymax", path)));
        }

        return objects;
    }

    private static double Number(XElement box, string tag, string path)
    {
        string? text = box.Element(tag)?.Value.Trim();
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new LearnFormatException(
                text is null ? $"has a <bndbox> without <{tag}>." : $"<{tag}> is '{text}', which is not a number.", path, Line(box));
    }

    private static int? Line(XElement element) => ((IXmlLineInfo)element).HasLineInfo() ? ((IXmlLineInfo)element).LineNumber : null;
}
