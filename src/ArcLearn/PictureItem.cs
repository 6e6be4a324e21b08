namespace ArcLearn;

/// <summary>A picture that was drawn.</summary>
/// <param name="Path">The PNG file.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Shows">What is on it, in a few words.</param>
public sealed record PictureItem(string Path, int Width, int Height, string Shows)
{
    /// <summary>The file again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
