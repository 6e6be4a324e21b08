namespace ArcLearn.Core.Data;

/// <summary>What training chips go through by chance where nobody says.</summary>
internal static class UsualTransform
{
    // Light stays as it is: the class of a pixel is told by its spectrum, and twice the brightness of a shrub is a bare rock.
    private static readonly LearnTransform s_spectral = new() { Brightness = LearnTransform.None.Brightness, Contrast = LearnTransform.None.Contrast };

    /// <summary>The defaults of <see cref="LearnTransform"/>; without changes of light for classes of pixels in anything but photographs (three bands of 8 bits).</summary>
    public static LearnTransform For(LabelContent content, ChipEntry chip)
    {
        bool isMask = content is LabelContent.ClassMask or LabelContent.InstanceMasks or LabelContent.ClassAndInstanceMasks;
        bool isPhotograph = chip is { Bands: 3, SampleType: SampleType.UInt8 };
        return isMask && !isPhotograph ? s_spectral : new LearnTransform();
    }
}
