using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using ArcLearn.Core.IO;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Commands;

/// <summary>The one table from the exceptions of the work to the ErrorRecords that scripts test for.</summary>
internal static partial class LearnError
{
    // ENOSPC of Linux and macOS, ERROR_DISK_FULL of Windows.
    private const int DiskFullUnix = 28;
    private const int DiskFullWindows = 112;

    private static readonly HashSet<string> s_endsCommand =
        new(StringComparer.Ordinal) { "InvalidArgument", LearnArgumentException.ParameterMix, "BackendMissing", "LossNotFinite", "OutOfMemory" };

    /// <summary>Describes an exception of the table; false for any other, which must pass through.</summary>
    /// <param name="exception">What was thrown; wrappers that only say where are taken off.</param>
    /// <param name="target">What the cmdlet worked on, unless the exception knows better.</param>
    /// <param name="error">The record.</param>
    public static bool TryDescribe(Exception exception, object? target, [NotNullWhen(true)] out ErrorRecord? error)
    {
        exception = Unwrap(exception);
        error = exception switch
        {
            LearnFormatException e => new ErrorRecord(e, "InvalidFormat", ErrorCategory.InvalidData, e.Path),
            LearnDataException { Id: "ModelBusy" or "JournalInUse" or "OutputBusy" } e => new ErrorRecord(e, e.Id, ErrorCategory.ResourceBusy, e.Target ?? target),
            LearnDataException { Id: "ModelDisposed" or "ResumeMismatch" or "JournalMismatch" or "ShardMismatch" or "ShardMissing" or "ShardIncomplete" } e => new ErrorRecord(e, e.Id, ErrorCategory.InvalidOperation, e.Target ?? target),
            LearnDataException { Id: "DatabaseUnavailable" } e => new ErrorRecord(e, e.Id, ErrorCategory.ConnectionError, e.Target ?? target),
            LearnDataException { Id: "TableMissing" or "DatabaseMissing" } e => new ErrorRecord(e, e.Id, ErrorCategory.ObjectNotFound, e.Target ?? target),
            LearnDataException { Id: "TileFailed", InnerException: IOException } e => new ErrorRecord(e, e.Id, ErrorCategory.ReadError, e.Target ?? target),
            LearnDataException e => new ErrorRecord(e, e.Id, ErrorCategory.InvalidData, e.Target ?? target),
            LearnArgumentException { Id: "MemoryLimitTooSmall" } e => new ErrorRecord(e, e.Id, ErrorCategory.LimitsExceeded, e.Parameter),
            LearnArgumentException e => new ErrorRecord(e, e.Id, ErrorCategory.InvalidArgument, e.Parameter),
            OutputExistsException e => new ErrorRecord(e, "OutputExists", ErrorCategory.ResourceExists, e.Path),
            ModelExistsException e => new ErrorRecord(e, "ModelExists", ErrorCategory.ResourceExists, e.Name),
            ModelNotFoundException e => new ErrorRecord(e, "ModelNotInstalled", ErrorCategory.ObjectNotFound, e.Name),
            BackendMissingException e => new ErrorRecord(e, "BackendMissing", ErrorCategory.NotInstalled, e.Library),
            TrainingException e => new ErrorRecord(e, "LossNotFinite", ErrorCategory.InvalidResult, target),

            // A library of the package itself is missing: the installation is at fault, not the user's path.
            DllNotFoundException or BadImageFormatException => new ErrorRecord(exception, "BackendMissing", ErrorCategory.NotInstalled, target),
            FileNotFoundException { FileName: string name } e when name.Contains(", Version=", StringComparison.Ordinal) =>
                new ErrorRecord(e, "BackendMissing", ErrorCategory.NotInstalled, name),

            ItemNotFoundException or System.Management.Automation.DriveNotFoundException or FileNotFoundException or DirectoryNotFoundException =>
                new ErrorRecord(exception, "PathNotFound", ErrorCategory.ObjectNotFound, target),
            UnauthorizedAccessException => new ErrorRecord(exception, "AccessDenied", ErrorCategory.PermissionDenied, target),
            EndOfStreamException => new ErrorRecord(exception, "IOFailed", ErrorCategory.ReadError, target),
            IOException e => IOFailed(e, target),
            _ when TorchFailure.IsOutOfMemory(exception) => OutOfMemory(exception, target),
            _ => null,
        };
        return error is not null;
    }

    /// <summary>Whether the next input would fare no better.</summary>
    public static bool EndsCommand(ErrorRecord error) =>
        s_endsCommand.Contains(error.FullyQualifiedErrorId.Split(',')[0]);

    /// <param name="isPattern">Something has that very name, but its brackets were read as wildcards.</param>
    public static ErrorRecord PathNotFound(string path, bool isPattern = false) => new(
        new ItemNotFoundException(isPattern
            ? $"'{path}' matches nothing, since its brackets are wildcards. Give it by (Get-Item -LiteralPath '{path}'), or as '{WildcardPattern.Escape(path)}'."
            : $"Nothing is at '{path}', or it matches no file or folder."),
        "PathNotFound",
        ErrorCategory.ObjectNotFound,
        path);

    public static ErrorRecord NotFileSystem(string path, string provider) => new(
        new PSNotSupportedException($"'{path}' belongs to the provider {provider}; a path in the file system is needed."),
        "NotFileSystem",
        ErrorCategory.InvalidArgument,
        path);

    private static Exception Unwrap(Exception exception)
    {
        while (exception is TypeInitializationException or TargetInvocationException or AggregateException { InnerExceptions.Count: 1 }
            && exception.InnerException is Exception inner)
        {
            exception = inner;
        }

        return exception;
    }

    /// <summary>Outputs are written under a hidden name first, which is not what the user called them; a full disk has a remedy.</summary>
    private static ErrorRecord IOFailed(IOException exception, object? target)
    {
        string message = PartialName().Replace(exception.Message, "$1").TrimEnd('.');
        string remedy = (exception.HResult & 0xFFFF) is DiskFullUnix or DiskFullWindows ? " Make room there, or choose another place." : "";
        string? read = ReadFault.PathOf(exception);
        return new ErrorRecord(exception, "IOFailed", read is null ? ErrorCategory.WriteError : ErrorCategory.ReadError, read ?? target)
        {
            ErrorDetails = new ErrorDetails($"{message}.{remedy}"),
        };
    }

    [GeneratedRegex(@"\.([^/\\]+)\.[0-9a-f]{8}\.partial", RegexOptions.CultureInvariant)]
    private static partial Regex PartialName();

    private static ErrorRecord OutOfMemory(Exception exception, object? target) =>
        new(exception, "OutOfMemory", ErrorCategory.LimitsExceeded, target)
        {
            ErrorDetails = new ErrorDetails("There is not enough memory for this step; lower the batch size (-BatchSize, or batch_size in -ModelArguments) or -ChipSize.")
            {
                RecommendedAction = exception.Message,
            },
        };
}
