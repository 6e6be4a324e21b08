using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Management.Automation;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>What every cmdlet here shares: a token that Ctrl-C cancels, errors from one table, warnings said once, paths of the session.</summary>
public abstract class LearnCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private Stopwatch? _since;

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called by the engine at the end of the pipeline.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stop came as the command had just ended.
        }
    }

    /// <summary>Does one piece of work; errors of the table are written, or end the command where they must.</summary>
    /// <param name="target">What the work is about, for the error record.</param>
    /// <param name="work">The work; it may write objects, on this thread.</param>
    /// <returns>Whether it was done.</returns>
    protected bool Attempt(object? target, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            // Ctrl-C: the engine is already unwinding the pipeline, so there is nothing to report.
        }
        catch (Exception e) when (LearnError.TryDescribe(e, target, out ErrorRecord? error))
        {
            Report(error);
        }

        return false;
    }

    /// <summary>Writes an error, or ends the command with it where the next input would fare no better.</summary>
    protected void Report(ErrorRecord error)
    {
        if (LearnError.EndsCommand(error))
        {
            ThrowTerminatingError(error);
        }

        WriteError(error);
    }

    /// <summary>Writes a warning the first time that this call of the command meets it; a delegate for the work beneath.</summary>
    protected void WarnOnce(string message)
    {
        if (_warned.Add(message))
        {
            WriteWarning(message);
        }
    }

    /// <summary>Writes what work gave, which is nothing where the user declined it.</summary>
    protected void WriteIfAny(object? result)
    {
        if (result is not null)
        {
            WriteObject(result);
        }
    }

    /// <summary>The absolute file system path of something that may not exist yet.</summary>
    /// <exception cref="PipelineStoppedException">After the error: the path belongs to no file system drive.</exception>
    protected string ResolveOutput(string path)
    {
        try
        {
            string resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (!IsFileSystem(provider))
            {
                ThrowTerminatingError(LearnError.NotFileSystem(path, provider.Name));
            }

            return resolved;
        }
        catch (Exception e) when (LearnError.TryDescribe(e, path, out ErrorRecord? error))
        {
            ThrowTerminatingError(error);
            throw;
        }
    }

    /// <summary>
    /// The output of one input. Named by text; by a script block, which sees the input as $_; by a folder, which a separator at its end
    /// marks; or, left out, by the usual name in the current location.
    /// </summary>
    /// <param name="name">What the user gave; null where nothing.</param>
    /// <param name="usual">The name where none is given.</param>
    /// <param name="input">What the output is made of.</param>
    /// <param name="isInFolder">Whether a folder was named, which is then to be made.</param>
    protected string ResolveOutput(object? name, string usual, string input, out bool isInFolder)
    {
        string text = (name is PSObject wrapped ? wrapped.BaseObject : name) switch
        {
            null => usual,
            ScriptBlock script => LanguagePrimitives.ConvertTo<string>(script.InvokeWithContext(null, [new PSVariable("_", input)]).FirstOrDefault()),
            object other => LanguagePrimitives.ConvertTo<string>(other),
        };
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new LearnArgumentException("OutputName", $"The output of {input} has an empty name.");
        }

        if (PostGisAddress.IsAddress(text))
        {
            isInFolder = false;
            return PostGisAddress.Parse(text, "OutputName").Text;
        }

        isInFolder = text.EndsWith('/') || text.EndsWith(System.IO.Path.DirectorySeparatorChar);
        return ResolveOutput(isInFolder ? text + usual : text);
    }

    /// <summary>Refuses to write several things to one place, where the last would be all that is left; upper and lower case are one place on some disks.</summary>
    /// <param name="parameter">The parameter that names the places.</param>
    /// <param name="outputs">A place for each thing.</param>
    /// <param name="message">Says it of a number of things and their place.</param>
    /// <exception cref="LearnArgumentException">Two are the same (InvalidParameterMix).</exception>
    private protected static void RequireDistinct(string parameter, IEnumerable<string> outputs, Func<int, string, string> message)
    {
        if (outputs.GroupBy(output => output, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            throw new LearnArgumentException(parameter, message(same.Count(), same.Key), LearnArgumentException.ParameterMix);
        }
    }

    /// <summary>Existing files and folders of an argument: text is a path with wildcards, an object with PSPath, or a file object, a literal path.</summary>
    /// <remarks>What is not there is written as PathNotFound; the others follow all the same.</remarks>
    protected IReadOnlyList<string> ResolveItem(object item)
    {
        PSObject wrapped = PSObject.AsPSObject(item);
        if (wrapped.BaseObject is LearnRasterInfo { Files.Count: > 1 } stack)
        {
            return ResolveStack(stack);
        }

        // One that was not made by Get-Item has no PSPath; as text its brackets would be wildcards.
        string? literal = wrapped.Properties["PSPath"]?.Value as string ?? (wrapped.BaseObject as FileSystemInfo)?.FullName;
        return literal is not null
            ? ResolveExisting(literal, literal: true)
            : ResolveExisting(LanguagePrimitives.ConvertTo<string>(item), literal: false);
    }

    /// <summary>The files of a stack for a command that makes one raster of them; each alone would be another raster.</summary>
    private IReadOnlyList<string> ResolveStack(LearnRasterInfo stack)
    {
        if (MyInvocation.BoundParameters.TryGetValue("StackBands", out object? given) && LanguagePrimitives.IsTrue(given))
        {
            return [.. stack.Files.SelectMany(file => ResolveExisting(file, literal: true))];
        }

        LearnArgumentException fault = new(
            "InputRaster", $"{stack.Path} and {stack.Files.Count - 1} more file(s) are a stack of bands; with -StackBands they are taken as one raster.", LearnArgumentException.ParameterMix);
        if (LearnError.TryDescribe(fault, stack, out ErrorRecord? error))
        {
            WriteError(error);
        }

        return [];
    }

    /// <summary>Where a layer is: a table's address as it stands, a layer item with the layer it names, or files.</summary>
    private protected IReadOnlyList<LayerSource> ResolveLayer(object item, string? layer)
    {
        object plain = PSObject.AsPSObject(item).BaseObject;
        if (plain is FeatureLayerItem known)
        {
            return PostGisAddress.IsAddress(known.Path)
                ? [new LayerSource(known.Path)]
                : [.. ResolveExisting(known.Path, literal: true).Select(path => new LayerSource(path, layer ?? (known.Format == "GeoPackage" ? known.LayerName : null)))];
        }

        if (plain is object[] several)
        {
            return [.. several.SelectMany(one => ResolveLayer(one, layer))];
        }

        return plain is string text && PostGisAddress.IsAddress(text)
            ? [new LayerSource(text, layer)]
            : [.. ResolveItem(item).Select(path => new LayerSource(path, layer))];
    }

    /// <summary>An optional layer: none where null is given; false after an error was written for what is not there.</summary>
    private protected bool TryResolveLayer(object? item, string? layer, out IReadOnlyList<LayerSource> found)
    {
        found = item is null ? [] : ResolveLayer(item, layer);
        return item is null || found.Count > 0;
    }

    /// <summary>Existing files and folders behind a path of this session; what is not there is written as PathNotFound.</summary>
    protected IReadOnlyList<string> ResolveExisting(string path, bool literal)
    {
        try
        {
            ProviderInfo provider;
            Collection<string> found = literal
                ? [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)]
                : SessionState.Path.GetResolvedProviderPathFromPSPath(path, out provider);
            if (!IsFileSystem(provider))
            {
                WriteError(LearnError.NotFileSystem(path, provider.Name));
                return [];
            }

            if (found.Count > 0 && found.All(System.IO.Path.Exists))
            {
                return found;
            }
        }
        catch (ItemNotFoundException)
        {
        }
        catch (Exception e) when (LearnError.TryDescribe(e, path, out ErrorRecord? error))
        {
            WriteError(error);
            return [];
        }

        WriteError(LearnError.PathNotFound(path, isPattern: !literal && InvokeProvider.Item.Exists(path, force: true, literalPath: true)));
        return [];
    }

    /// <summary>An optional path to something that exists: null stays null; false after PathNotFound was written.</summary>
    protected bool TryResolveOptional(string? path, out string? resolved)
    {
        resolved = path is not null && ResolveExisting(path, literal: true) is [string found, ..] ? found : null;
        return path is null || resolved is not null;
    }

    /// <summary>Shows how far a piece of work is; time left is reckoned from the time it took so far.</summary>
    protected void ShowProgress(string activity, string status, long done, long total)
    {
        _since ??= Stopwatch.StartNew();
        double left = done > 0 ? _since.Elapsed.TotalSeconds * (total - done) / done : -1;
        WriteProgress(new ProgressRecord(1, activity, status)
        {
            PercentComplete = total > 0 ? (int)(100 * done / total) : 0,
            SecondsRemaining = (int)Math.Min(left, int.MaxValue),
        });
    }

    /// <summary>Takes the progress display away.</summary>
    protected void CompleteProgress(string activity)
    {
        _since = null;
        WriteProgress(new ProgressRecord(1, activity, "Done") { RecordType = ProgressRecordType.Completed });
    }

    private static bool IsFileSystem(ProviderInfo provider) => provider.Name == "FileSystem";
}
