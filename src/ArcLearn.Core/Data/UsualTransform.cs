namespace ArcLearn.Core.Data;

/// <summary>What training chips go through by chance where nobody says.</summary>
internal static class UsualTransform
{
    // Light stays as it is: the class of a pixel is told by its spectrum, and twice the brightness of a shrub is a bare rock. Of an image of heights it would change the heights.
    private static readonly LearnTransform s_spectral = new() { Brightness = LearnTransform.None.Brightness, Contrast = LearnTransform.None.Contrast };

    /// <summary>The defaults of <see cref="LearnTransform"/>; without changes of light for classes of pixels or images in anything but photographs (three bands of 8 bits).</summary>
    public static LearnTransform For(LabelContent content, ChipEntry chip)
    {
        bool isPhotograph = chip is { Bands: 3, SampleType: SampleType.UInt8 };
        return content != LabelContent.Boxes && !isPhotograph ? s_spectral : new LearnTransform();
    }
}
