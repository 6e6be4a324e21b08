namespace ArcLearn.Core.Packaging;

/// <summary>Where models are installed.</summary>
/// <param name="CurrentUser">Absolute folder.</param>
/// <param name="AllUsers">Absolute folder.</param>
internal sealed record StoreRoots(string CurrentUser, string AllUsers)
{
    public const string Variable = "ARCLEARN_MODEL_PATH";

    public string this[ModelScope scope] => scope == ModelScope.CurrentUser ? CurrentUser : AllUsers;

    /// <summary>
    /// The user's: $env:ARCLEARN_MODEL_PATH, else the folder of local application data. All users': common application data on
    /// Windows, else /usr/local/share, since .NET's answer, /usr/share, belongs to the system's packages (and is read-only on macOS).
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The user has no home and the variable is not set.</exception>
    public static StoreRoots FromEnvironment()
    {
        string common = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData)
            : "/usr/local/share";
        string? own = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(own))
        {
            // Unverified: on a new account the folder is yet to be made.
            string local = Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            own = local.Length > 0
                ? Path.Combine(local, "ArcLearn", "Models")
                : throw new DirectoryNotFoundException(
                    $"This account has no folder for application data. Set the environment variable {Variable} to a folder for models.");
        }

        return new StoreRoots(Path.GetFullPath(own), Path.Combine(common, "ArcLearn", "Models"));
    }
}
