using ArcLearn.Core.Training;

namespace ArcLearn.Tests.Unit.Training;

public class ModelGateTests
{
    private int _released;

    [Fact]
    public void Disposing_waits_for_the_one_who_uses_the_weights_and_frees_them_once()
    {
        using ModelGate gate = Gate();
        IDisposable use = gate.Enter("m", CancellationToken.None);
        gate.Dispose();
        Assert.Equal(0, _released);

        use.Dispose();
        use.Dispose();
        gate.Dispose();

        Assert.Equal(1, _released);
        Assert.Equal("ModelDisposed", Assert.Throws<LearnDataException>(() => gate.Enter("m", CancellationToken.None)).Id);
        Assert.Equal("ModelDisposed", Assert.Throws<LearnDataException>(() => gate.EnterTraining("m", CancellationToken.None)).Id);
        Assert.Equal("ModelDisposed", Assert.Throws<LearnDataException>(() => gate.BeginTraining("m")).Id);
    }

    [Fact]
    public void An_epoch_refuses_others_and_the_time_between_two_epochs_lets_them_in()
    {
        using ModelGate gate = Gate();
        using IDisposable training = gate.BeginTraining("m");
        using (gate.EnterTraining("m", CancellationToken.None))
        {
            Assert.Equal("ModelBusy", Assert.Throws<LearnDataException>(() => gate.Enter("m", CancellationToken.None)).Id);
        }

        gate.Enter("m", CancellationToken.None).Dispose();
        Assert.Equal("ModelBusy", Assert.Throws<LearnDataException>(() => gate.BeginTraining("m")).Id);
        training.Dispose();
        Assert.False(gate.IsTraining);
        gate.BeginTraining("m").Dispose();
    }

    [Fact]
    public void Waiting_for_another_ends_with_the_token()
    {
        using ModelGate gate = Gate();
        using IDisposable use = gate.Enter("m", CancellationToken.None);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(20));
        Assert.ThrowsAny<OperationCanceledException>(() => gate.Enter("m", stop.Token));
    }

    private ModelGate Gate() => new(() => _released++);
}
