using ArcLearn.Core.Crs;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>Where a raster lies: what its own tags say, completed by the world file and the .prj beside it.</summary>
internal sealed record Georeference(GeoTransform Transform, bool IsGeoreferenced, SpatialReference? SpatialReference)
{
    /// <summary>Nothing inside the file is overruled by the files beside it.</summary>
    /// <exception cref="LearnFormatException">A world file or .prj that is needed is damaged.</exception>
    public static Georeference Complete(IFileSystem files, string path, GeoTransform? transform, SpatialReference? reference)
    {
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
