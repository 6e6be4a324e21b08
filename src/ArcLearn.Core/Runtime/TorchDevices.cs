using static TorchSharp.torch;

namespace ArcLearn.Core.Runtime;

/// <summary>Turns a wish for a device into one that is there.</summary>
internal static class TorchDevices
{
    /// <summary>The device; for <see cref="LearnDevice.Auto"/> CUDA where torch reports one.</summary>
    /// <exception cref="BackendMissingException">CUDA is asked for and absent, or torch does not load.</exception>
    public static Device Resolve(LearnDevice wish)
    {
        TorchRuntime.EnsureLoaded();
        if (wish == LearnDevice.Cpu)
        {
            return CPU;
        }

        // Without torch's CUDA library the question itself would set TorchSharp looking for one.
        string library = TorchNatives.FileName("torch_cuda");
        bool isPackaged = File.Exists(Path.Combine(TorchRuntime.NativeFolder, library));
        if (isPackaged && cuda.is_available())
        {
            return CUDA;
        }

        return wish == LearnDevice.Auto
            ? CPU
            : throw new BackendMissingException(library, isPackaged
                ? "CUDA was asked for, but torch finds no CUDA device. Check the driver with nvidia-smi, or use -Device Cpu."
                : $"CUDA was asked for, but this package carries no CUDA libraries ({library} is not in {TorchRuntime.NativeFolder}). Install the package for CUDA, or use -Device Cpu.");
    }
}
