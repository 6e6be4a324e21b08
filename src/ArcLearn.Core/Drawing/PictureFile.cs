using ArcLearn.Core.IO;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Writes pictures as PNG.</summary>
internal static class PictureFile
{
    /// <summary>The picture appears under its name only when complete.</summary>
    /// <param name="picture">What to write.</param>
    /// <param name="path">The PNG file.</param>
    /// <param name="shows">What is on it, in a few words.</param>
    /// <param name="files">Where to write.</param>
    /// <param name="force">True to replace an existing file.</param>
    /// <exception cref="OutputExistsException">The file exists and <paramref name="force"/> is false.</exception>
    public static PictureItem Save(SKBitmap picture, string path, string shows, IFileSystem files, bool force)
    {
        CheckOutput(path, files, force);
        using SKData data = Encode(picture);
        files.WriteAtomically(path, data.SaveTo);
        return new PictureItem(path, picture.Width, picture.Height, shows);
    }

    /// <summary>The bytes of the PNG file.</summary>
    public static byte[] Bytes(SKBitmap picture)
    {
        using SKData data = Encode(picture);
        return data.ToArray();
    }

    private static SKData Encode(SKBitmap picture) => picture.Encode(SKEncodedImageFormat.Png, quality: 100)
        ?? throw new InvalidOperationException($"A picture of {picture.Width} by {picture.Height} pixels cannot be encoded.");

    /// <summary>The same check, for before the work.</summary>
    /// <exception cref="LearnArgumentException">The path is a folder's, or not that of a PNG file.</exception>
    /// <exception cref="DirectoryNotFoundException">Its folder is not there.</exception>
    /// <exception cref="OutputExistsException">The file exists and <paramref name="force"/> is false.</exception>
    /// <param name="makesFolder">True where the caller makes the picture's folder before it.</param>
    public static void CheckOutput(string path, IFileSystem files, bool force, bool makesFolder = false)
    {
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            throw new LearnArgumentException("Path", $"'{path}' does not end in .png: pictures are written as PNG.");
        }

        if (files.DirectoryExists(path))
        {
            throw new LearnArgumentException("Path", $"{path} is a folder; give the picture another name.");
        }

        if (files.FileExists(path) && !force)
        {
            throw new OutputExistsException(path);
        }

        if (makesFolder)
        {
            files.RequireNoFileAbove(path);
        }
        else
        {
            files.RequireFolderOf(path);
        }
    }
}
