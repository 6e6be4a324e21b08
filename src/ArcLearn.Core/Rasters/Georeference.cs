using ArcLearn.Core.Crs;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>Where a raster lies: what the .aux.xml beside it says, else its own tags, else the world file and the .prj.</summary>
internal sealed record Georeference(GeoTransform Transform, bool IsGeoreferenced, SpatialReference? SpatialReference)
{
    /// <summary>An .aux.xml overrules the file, since it is how a place is given to a file that has a wrong one; a world file and a .prj do not.</summary>
    /// <exception cref="LearnFormatException">A world file or .prj that is needed is damaged.</exception>
    public static Georeference Complete(
        IFileSystem files, string path, SideFile? side, GeoTransform? transform, SpatialReference? reference)
    {
        (transform, reference) = (side?.Transform ?? transform, side?.SpatialReference ?? reference);
        if (transform is null && WorldFile.Find(files, path) is string world)
        {
            using StreamReader reader = new(files.OpenRead(world));
            transform = WorldFile.Parse(world, reader);
        }

        if (reference is null && FindPrj(files, path) is string prj)
        {
            reference = CoordinateSystems.FromWkt(files.ReadAllText(prj), prj);
        }

        return new Georeference(transform ?? GeoTransform.Pixels, transform is not null, reference);
    }

    private static string? FindPrj(IFileSystem files, string path)
    {
        string lower = System.IO.Path.ChangeExtension(path, ".prj");
        string upper = System.IO.Path.ChangeExtension(path, ".PRJ");
        return files.FileExists(lower) ? lower : files.FileExists(upper) ? upper : null;
    }
}
