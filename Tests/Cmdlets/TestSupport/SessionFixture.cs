namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>A folder and a session of the module that the tests of a class share; the session's $model goes with it.</summary>
public abstract class SessionFixture : IDisposable
{
    internal TemporaryFolder Folder { get; } = new();

    internal ModuleHost Host { get; } = new();

    public void Dispose()
    {
        Host.Run("$model.Dispose()");
        Host.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
