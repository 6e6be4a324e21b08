namespace ArcLearn.Core.IO;

/// <summary>Tells faults of reading from those of writing, which System.IO throws as the same type: a note in the exception.</summary>
internal static class ReadFault
{
    private const string Key = "ArcLearn.ReadFrom";

    /// <summary>Notes what was read; false, so that it serves as a filter that lets the exception pass.</summary>
    public static bool Note(IOException fault, string path)
    {
        fault.Data[Key] = path;
        return false;
    }

    /// <summary>What was read, or null where that is not noted.</summary>
    public static string? PathOf(Exception fault) => fault.Data[Key] as string;
}
