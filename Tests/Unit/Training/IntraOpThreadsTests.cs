using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public class IntraOpThreadsTests
{
    [Fact]
    public void One_thread_here_leaves_the_number_elsewhere_and_afterwards()
    {
        int before = torch.get_num_threads();
        int elsewhere = 0;
        Thread other = new(() =>
        {
            using (IntraOpThreads.One())
            {
                elsewhere = torch.get_num_threads();
            }
        });
        other.Start();
        other.Join();

        Assert.Equal(1, elsewhere);
        Assert.Equal(before, torch.get_num_threads());
    }

    [Fact]
    public void All_threads_are_what_torch_started_with_even_where_a_new_thread_would_start_with_one()
    {
        int seen = 0;
        using (IntraOpThreads.One())
        {
            Thread other = new(() =>
            {
                using (IntraOpThreads.All())
                {
                    seen = torch.get_num_threads();
                }
            });
            other.Start();
            other.Join();
        }

        Assert.Equal(IntraOpThreads.Default, seen);
    }
}
