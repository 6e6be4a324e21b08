using System.Management.Automation;

namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>All that one script left behind.</summary>
internal sealed record RunResult
{
    public required IReadOnlyList<PSObject> Output { get; init; }

    /// <summary>Non-terminating errors.</summary>
    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    /// <summary>What the host was given to print, without colours.</summary>
    public required string Text { get; init; }

    /// <summary>What ended the script before its end, or null.</summary>
    public required Exception? Failure { get; init; }

    /// <summary>The errors in order, the one that ended the script last.</summary>
    public IReadOnlyList<ErrorRecord> AllErrors => Failure is RuntimeException e ? [.. Errors, e.ErrorRecord] : Errors;

    /// <summary>The one error, whether it ended the script or not.</summary>
    public ErrorRecord SingleError => Assert.Single(AllErrors);

    /// <summary>The error's own id, without the cmdlet's name.</summary>
    public string ErrorId => SingleError.FullyQualifiedErrorId.Split(',')[0];

    /// <summary>The one output, unwrapped.</summary>
    public object SingleOutput => Assert.Single(Output).BaseObject;

    public RunResult ThrowIfFailed()
    {
        if (Failure is not null)
        {
            throw new InvalidOperationException($"The script ended with: {Failure.Message}", Failure);
        }

        if (Errors.Count > 0)
        {
            throw new InvalidOperationException($"The script wrote the error: {Errors[0]}", Errors[0].Exception);
        }

        return this;
    }
}
