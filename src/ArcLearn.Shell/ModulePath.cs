namespace ArcLearn.Shell;

/// <summary>Where Import-Module looks for names.</summary>
internal static class ModulePath
{
    private const string Variable = "PSModulePath";

    /// <summary>
    /// Takes the folders of another PowerShell's own modules out of PSModulePath before the engine adds the user's and the machine's:
    /// they hold cmdlets of that version and would be loaded by name, and fail.
    /// </summary>
    public static void Prepare()
    {
        string[] folders = (Environment.GetEnvironmentVariable(Variable) ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IEnumerable<string> kept = folders.Where(folder => !Directory.Exists(Path.Combine(folder, "Microsoft.PowerShell.Utility")));
        Environment.SetEnvironmentVariable(Variable, string.Join(Path.PathSeparator, kept));
    }
}
