namespace ArcLearn.Core.Data.Labels;

/// <summary>An object as its label file has it, in pixels of the chip (corner coordinates, y down).</summary>
/// <param name="Name">A class name, or a class value as text; null where there is none.</param>
internal readonly record struct NamedBox(string? Name, double XMin, double YMin, double XMax, double YMax);
