namespace ArcLearn.Core.Chips.Metadata;

/// <summary>Writes the labels of one chip.</summary>
internal sealed class ChipWriter(ChipFiles files, ChipPlace place, ChipGround ground, string stem, string imageFile)
{
    /// <summary>The chip's number, in nine digits.</summary>
    public string Stem => stem;

    /// <summary>The image's file name, without its folder.</summary>
    public string ImageName => imageFile[(imageFile.LastIndexOf('/') + 1)..];

    public void WriteText(string name, string text) => files.WriteText(name, text);

    /// <summary>A band of the chip's size as a TIFF, in the smallest unsigned type that holds <paramref name="greatest"/>.</summary>
    public void WriteValues(string name, ReadOnlySpan<int> values, int greatest) => files.WriteValues(name, values, place.Width, place.Height, greatest, ground);
}
