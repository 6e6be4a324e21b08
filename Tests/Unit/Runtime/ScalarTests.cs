using System.Reflection;
using ArcLearn.Core.Runtime;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Runtime;

public sealed class ScalarTests
{
    // In them the scalars are locals that live beyond the call.
    private static readonly string[] s_holders = [nameof(Scalars), "AdamStep", nameof(ScalarTests)];

    // Torch's own optimiser makes such numbers; the test that compares with it takes them as it does.
    private const string Compared = "Steps_equal_those_of_torchs_own_AdamW";

    /// <summary>A number that TorchSharp turns into a native one in passing may be freed while torch reads it.</summary>
    [Fact]
    public void No_method_hands_torch_a_number_that_nothing_holds()
    {
        List<string> found = [];
        int looked = 0;
        foreach (MethodBase method in Own())
        {
            looked++;
            found.AddRange(Calls(method).Where(MakesScalar).Select(call => $"{method.DeclaringType!.FullName}.{method.Name} calls {call.DeclaringType!.Name}.{call.Name}"));
        }

        Assert.True(looked > 2000);
        Assert.Empty(found);
    }

    /// <summary>TorchSharp's own code does so, too: what is called of it, and what that calls, must not.</summary>
    [Fact]
    public void Nothing_of_TorchSharp_is_used_that_hands_torch_such_a_number_itself()
    {
        (List<string> found, int looked) = MadeWithin(Own());

        Assert.True(looked > 200, $"{looked} methods of TorchSharp");
        Assert.Empty(found);
    }

    [Fact]
    public void The_check_of_TorchSharp_finds_what_it_looks_for()
    {
        (List<string> found, _) = MadeWithin([((Func<torch.nn.Module>)(() => torch.nn.BatchNorm2d(4))).Method]);
        Assert.Contains("BatchNorm.forward", found);

        (found, _) = MadeWithin([((Func<torch.Tensor, double>)(x => x.ToDouble())).Method]);
        Assert.Contains("Tensor.ToScalar", found);

        (found, _) = MadeWithin([((Func<torch.Tensor, float>)(x => x.item<float>())).Method]);
        Assert.Empty(found);
    }

    [Fact]
    public void The_check_finds_what_it_looks_for()
    {
        Assert.Contains(Calls(((Func<torch.Tensor, torch.Tensor>)(x => x + x)).Method), MakesScalar);
        Assert.Contains(Calls(((Func<torch.Tensor, torch.Tensor>)(x => x.add_(x))).Method), MakesScalar);
        Assert.Contains(Calls(((Func<torch.Tensor, torch.Tensor>)(x => x.mul(2))).Method), MakesScalar);
        Assert.Contains(Calls(((Func<torch.Tensor, torch.Tensor>)(x => 1 - x)).Method), MakesScalar);
        Assert.DoesNotContain(Calls(((Func<torch.Tensor, torch.Tensor>)(x => x * x)).Method), MakesScalar);
    }

    /// <summary>The methods of the module, and of its tests: a test that fails once in a hundred runs helps nobody.</summary>
    private static IEnumerable<MethodBase> Own()
    {
        const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        return new[] { typeof(Scalars).Assembly, typeof(ScalarTests).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !s_holders.Any(holder => type.FullName!.Split('.', '+').Contains(holder)))
            .SelectMany(type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            .Where(method => method.Name != Compared);
    }

    private static bool MakesScalar(MethodBase call)
    {
        Type[] parameters = [.. call.GetParameters().Select(parameter => parameter.ParameterType)];
        return call.DeclaringType == typeof(Scalar) ? call.Name == "op_Implicit"
            : call.DeclaringType == typeof(torch.Tensor) && (call.Name switch
            {
                // TorchSharp writes a sum as left + 1 · right, and a square as a power of 2.
                "op_Addition" => true,
                "add" or "add_" => parameters.Length == 1,
                "square" => true,
                "addcdiv" or "addcdiv_" => parameters.Length == 2,
                _ => call.Name.StartsWith("op_", StringComparison.Ordinal) && parameters.Any(parameter => parameter.IsPrimitive),
            });
    }

    /// <summary>Methods of TorchSharp that are reached from some, and make a scalar; a module that is made is run as well.</summary>
    private static (List<string> Found, int Looked) MadeWithin(IEnumerable<MethodBase> methods)
    {
        const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        Assembly torchSharp = typeof(torch).Assembly;
        HashSet<MethodBase> seen = [];
        Queue<MethodBase> queue = new(methods);
        List<string> found = [];
        int looked = 0;
        while (queue.TryDequeue(out MethodBase? method))
        {
            if (!seen.Add(method))
            {
                continue;
            }

            bool isOwn = method.Module.Assembly != torchSharp;
            looked += isOwn ? 0 : 1;
            foreach (MethodBase call in Calls(method).Where(call => call.DeclaringType?.Assembly == torchSharp))
            {
                if (!isOwn && (call.Name == "ToScalar" || (call.DeclaringType == typeof(Scalar) && (call.IsConstructor || call is MethodInfo { Name: "op_Implicit" } made && made.ReturnType == typeof(Scalar)))))
                {
                    found.Add($"{method.DeclaringType!.Name}.{method.Name}");
                }

                if (call.DeclaringType != typeof(Scalar))
                {
                    queue.Enqueue(call);
                }

                if (call.IsConstructor && typeof(torch.nn.Module).IsAssignableFrom(call.DeclaringType))
                {
                    foreach (MethodInfo forward in call.DeclaringType.GetMethods(All).Where(candidate => candidate.Name == "forward"))
                    {
                        queue.Enqueue(forward);
                    }
                }
            }
        }

        return (found, looked);
    }

    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int i = 0; i + sizeof(int) < code.Length; i++)
        {
            // call, callvirt and newobj; where the byte is part of another instruction, what follows is hardly ever a method's token.
            if (code[i] is 0x28 or 0x6F or 0x73 && Resolve(method.Module, BitConverter.ToInt32(code, i + 1), ofType, ofMethod) is MethodBase called)
            {
                yield return called;
            }
        }
    }

    private static MethodBase? Resolve(Module module, int token, Type[]? ofType, Type[]? ofMethod)
    {
        // Tables of definitions, references and instances of methods.
        if (token >>> 24 is not (0x06 or 0x0A or 0x2B))
        {
            return null;
        }

        try
        {
            return module.ResolveMethod(token, ofType, ofMethod);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
