using System.Management.Automation;

namespace ArcLearn.Shell;

/// <summary>What a scheduler needs to tell apart, as exit codes of sysexits.h. Errors of other commands than the module's are 1, as in PowerShell.</summary>
internal static class ExitCodes
{
    public const int Failed = 1;

    /// <summary>Input or arguments are at fault: the same job will fail again (EX_DATAERR).</summary>
    public const int BadInput = 65;

    /// <summary>Native libraries or a device are missing on this machine (EX_UNAVAILABLE).</summary>
    public const int MissingRuntime = 69;

    /// <summary>Memory did not do (EX_OSERR).</summary>
    public const int OutOfMemory = 71;

    /// <summary>A disk, a network, another process: the same job may succeed later, and a detection goes on where it stopped (EX_TEMPFAIL).</summary>
    public const int TryAgain = 75;

    /// <summary>A right is missing (EX_NOPERM).</summary>
    public const int NoPermission = 77;

    private const string Module = ",ArcLearn.Commands.";

    public static int Of(ErrorRecord? error) => error is null || !error.FullyQualifiedErrorId.Contains(Module, StringComparison.Ordinal)
        ? Failed
        : error.CategoryInfo.Category switch
        {
            ErrorCategory.NotInstalled => MissingRuntime,
            ErrorCategory.LimitsExceeded => OutOfMemory,
            ErrorCategory.ReadError or ErrorCategory.WriteError or ErrorCategory.ResourceBusy or ErrorCategory.ConnectionError => TryAgain,
            ErrorCategory.PermissionDenied => NoPermission,
            ErrorCategory.InvalidData or ErrorCategory.InvalidArgument or ErrorCategory.InvalidType or ErrorCategory.InvalidOperation
                or ErrorCategory.ObjectNotFound or ErrorCategory.ResourceExists or ErrorCategory.MetadataError => BadInput,
            _ => Failed,
        };
}
