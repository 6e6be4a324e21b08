namespace ArcLearn.Core.Packaging;

/// <summary>A file that goes into a package beside the model.</summary>
/// <param name="Name">Relative to the model's folder, '/' between parts.</param>
internal sealed record PackageFile(string Name, byte[] Bytes);
