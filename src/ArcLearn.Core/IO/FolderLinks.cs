namespace ArcLearn.Core.IO;

/// <summary>Links below a folder: what seems to lie in it lies elsewhere, and may be any file of the machine.</summary>
internal static class FolderLinks
{
    /// <summary>The first part of a path below a folder that is a link, and where it leads; null where all lies in the folder.</summary>
    /// <param name="folder">It may be a link itself: whoever named it meant that.</param>
    /// <param name="name">Relative to the folder, '/' between parts, without "..".</param>
    public static (string Link, string Target)? Find(IFileSystem files, string folder, string name)
    {
        string at = folder;
        foreach (string part in name.Split('/'))
        {
            at = Path.Combine(at, part);
            if (files.LinkTarget(at) is string target)
            {
                return (at, target);
            }
        }

        return null;
    }
}
