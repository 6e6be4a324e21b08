using ArcLearn.Core.Training;

namespace ArcLearn.Tests.Unit.Training;

public class TrainingScheduleTests
{
    [Theory]
    [InlineData(0, 0.04, 0.95)]
    [InlineData(15, 0.52, 0.90)] // half way up: the mean of start and top
    [InlineData(30, 1.0, 0.85)]
    [InlineData(65, 0.500002, 0.90)] // half way down
    [InlineData(100, 4e-6, 0.95)]
    public void One_cycle_climbs_for_three_tenths_and_falls_for_the_rest(int step, double rate, double momentum)
    {
        (double RateFactor, double Momentum) at = new OneCycle(100).At(step);

        Assert.Equal(rate, at.RateFactor, 9);
        Assert.Equal(momentum, at.Momentum, 9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_cycle_serves_a_training_of_a_few_steps(int steps)
    {
        OneCycle schedule = new(steps);

        Assert.All(Enumerable.Range(0, steps), step => Assert.InRange(schedule.At(step).RateFactor, 4e-6, 1));
    }

    [Fact]
    public void A_constant_schedule_keeps_the_rate_and_the_optimisers_own_momentum()
    {
        TrainingSchedule schedule = TrainingSchedule.Create(LearningRateSchedule.Constant, 10);

        Assert.Equal(((double, double))(1, 0.9), schedule.At(0));
        Assert.Equal(((double, double))(1, 0.9), schedule.At(9));
    }

    [Fact]
    public void A_range_of_rates_grows_by_equal_factors_over_the_groups()
    {
        double[] rates = new LearningRate(1e-4, 3e-3).ForGroups(3);

        Assert.Equal(1e-4, rates[0], 12);
        Assert.Equal(5.477e-4, rates[1], 7);
        Assert.Equal(3e-3, rates[2], 12);
    }

    [Fact]
    public void One_rate_is_every_groups_rate()
    {
        Assert.Equal([1e-3, 1e-3, 1e-3, 1e-3], new LearningRate(1e-3).ForGroups(4));
        Assert.Equal([3e-3], new LearningRate(1e-4, 3e-3).ForGroups(1));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public void A_rate_that_is_no_positive_number_is_refused(double first, double last)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => new LearningRate(first, last));

        Assert.Equal("LearningRate", error.Parameter);
    }

    [Fact]
    public void Training_stops_at_the_sixth_epoch_without_progress()
    {
        EarlyStopping stopping = new();

        Assert.False(stopping.ShouldStop(1));
        Assert.False(stopping.ShouldStop(0.5));
        Assert.Equal([false, false, false, false, false, true], Enumerable.Range(0, 6).Select(_ => stopping.ShouldStop(0.4995)));
    }

    [Fact]
    public void Progress_starts_the_patience_anew()
    {
        EarlyStopping stopping = new();
        Assert.All(Enumerable.Range(0, 6), _ => Assert.False(stopping.ShouldStop(1)));

        Assert.False(stopping.ShouldStop(0.9));
        Assert.Equal([false, false, false, false, false, true], Enumerable.Range(0, 6).Select(_ => stopping.ShouldStop(0.9)));
    }
}
