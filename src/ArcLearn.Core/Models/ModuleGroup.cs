using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>Modules under names that are no identifiers, such as the numbers of PyTorch's lists; it computes nothing.</summary>
internal sealed class ModuleGroup : nn.Module
{
    public ModuleGroup(params (string Name, nn.Module Module)[] modules)
        : base(nameof(ModuleGroup))
    {
        foreach ((string name, nn.Module module) in modules)
        {
            register_module(name, module);
        }
    }
}
