namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>Tests that use torch, one after the other: they share its threads and its generator of random numbers.</summary>
[CollectionDefinition(Name)]
public sealed class TorchTests : ICollectionFixture<TorchFixture>
{
    public const string Name = "Torch";
}

/// <summary>Loads torch once, and fails with the loader's own words where it does not load.</summary>
public sealed class TorchFixture
{
    public TorchFixture()
    {
        ArcLearn.Core.Runtime.TorchRuntime.EnsureLoaded();

        // Several threads on a busy machine wait for each other more than they work.
        TorchSharp.torch.set_num_threads(1);
    }
}
