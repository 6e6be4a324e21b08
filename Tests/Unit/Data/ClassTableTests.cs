using ArcLearn.Core.Data;

namespace ArcLearn.Tests.Unit.Data;

public class ClassTableTests
{
    private readonly List<string> _warnings = [];

    [Fact]
    public void Classes_of_several_folders_are_joined_by_name()
    {
        ClassTable table = Join(null, [Class(1, "Palm"), Class(2, "Pool")], [Class(2, "Pool"), Class(5, "Car")]);

        Assert.Equal(["1 Palm", "2 Pool", "5 Car"], Names(table));
        Assert.Equal((2, 2, 3, 0), (table.Label(0, "Pool"), table.Label(1, "Pool"), table.Label(1, "Car"), table.Label(0, "Car")));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Values_that_clash_are_renumbered_with_a_warning()
    {
        ClassTable table = Join(null, [Class(1, "Palm")], [Class(1, "Pool"), Class(2, "Palm")]);

        Assert.Equal(["1 Palm", "2 Pool"], Names(table));
        Assert.Equal((2, 1), (table.Label(1, "Pool"), table.Label(1, "Palm")));
        Assert.Single(_warnings);
    }

    [Fact]
    public void Zero_is_background_and_becomes_no_class()
    {
        Assert.Equal(["1 Pool"], Names(Join(null, [Class(0, "Pool")])));
    }

    [Fact]
    public void The_mapping_selects_and_renames_by_name_or_value()
    {
        ClassTable table = Join(
            new() { ["Palm"] = "Tree", ["2"] = "Tree", ["Car"] = "Vehicle" }, [Class(1, "Palm"), Class(2, "Oak"), Class(3, "Car"), Class(4, "Boat")]);

        Assert.Equal(["1 Tree", "3 Vehicle"], Names(table));
        Assert.Equal((1, 1, 2, 0), (table.Label(0, "Palm"), table.Label(0, "Oak"), table.Label(0, "Car"), table.Label(0, "Boat")));
    }

    [Fact]
    public void A_mapping_of_what_is_not_there_is_refused()
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => Join(new() { ["Plam"] = "Tree" }, [Class(1, "Palm")]));
        Assert.Equal("ClassMapping", error.Parameter);
        Assert.Contains("1 Palm", error.Message, StringComparison.Ordinal);
        Assert.Throws<LearnArgumentException>(() => Join(new() { ["Palm"] = " " }, [Class(1, "Palm")]));
    }

    [Fact]
    public void Names_that_look_alike_give_a_warning()
    {
        Join(null, [Class(1, "Tree"), Class(2, "Tree\\")]);

        Assert.Contains("'Tree', 'Tree\\'", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    private static ClassDefinition Class(int value, string name) => new(value, name, [-1, -1, -1]);

    private static IEnumerable<string> Names(ClassTable table) => table.Classes.Select(c => $"{c.Value} {c.Name}");

    private ClassTable Join(Dictionary<string, string>? mapping, params IReadOnlyList<ClassDefinition>[] folders) =>
        ClassTable.Join(folders, mapping, _warnings.Add);
}
