using System.Reflection;
using ArcLearn.Core.Runtime;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Runtime;

public sealed class ScalarTests
{
    // In them the scalars are locals that live beyond the call.
    private static readonly string[] s_holders = [nameof(Scalars), "AdamStep"];

    /// <summary>A number that TorchSharp turns into a native one in passing may be freed while torch reads it.</summary>
    [Fact]
    public void No_method_hands_torch_a_number_that_nothing_holds()
    {
        List<string> found = [];
        int looked = 0;
        foreach (Type type in typeof(Scalars).Assembly.GetTypes().Where(type => !s_holders.Any(holder => type.FullName!.Split('.', '+').Contains(holder))))
        {
            const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                looked++;
                found.AddRange(Calls(method).Where(MakesScalar).Select(call => $"{type.FullName}.{method.Name} calls {call.DeclaringType!.Name}.{call.Name}"));
            }
        }

        Assert.True(looked > 2000);
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

    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int i = 0; i + sizeof(int) < code.Length; i++)
        {
            // call and callvirt; where the byte is part of another instruction, what follows is hardly ever a method's token.
            if (code[i] is 0x28 or 0x6F && Resolve(method.Module, BitConverter.ToInt32(code, i + 1), ofType, ofMethod) is MethodBase called)
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
