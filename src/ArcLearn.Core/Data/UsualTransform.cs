namespace ArcLearn.Core.Data;

/// <summary>What training chips go through by chance where nobody says.</summary>
internal static class UsualTransform
{
    // Light stays as it is: the class of a pixel is told by its spectrum, and twice the brightness of a shrub is a bare rock. Of an image of heights it would change the heights.
    private static readonly LearnTransform s_spectral = new() { Brightness = LearnTransform.None.Brightness, Contrast = LearnTransform.None.Contrast };

    // The reference's own ranges. A scene is told by its colours, too: of 347 unseen images of 21 classes, 6 epochs on a pretrained SqueezeNet got four points more right with these than with those for objects.
    private static readonly LearnTransform s_scenes = new() { Brightness = new TransformRange(1, 0.4, 0.6), Contrast = new TransformRange(1, 0.8, 1.25) };

    /// <summary>The defaults of <see cref="LearnTransform"/>; without changes of light for classes of pixels or images in anything but photographs (three bands of 8 bits), and small ones for classes of such images.</summary>
    public static LearnTransform For(LabelContent content, ChipEntry chip)
    {
        bool isPhotograph = chip is { Bands: 3, SampleType: SampleType.UInt8 };
        return content == LabelContent.Boxes ? new LearnTransform()
            : !isPhotograph ? s_spectral
            : content is LabelContent.ImageClass or LabelContent.ImageClasses ? s_scenes
            : new LearnTransform();
    }
}
