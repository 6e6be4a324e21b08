namespace ArcLearn;

/// <summary>Formats that models are exported to.</summary>
public enum ExportFormat
{
    /// <summary>Operators and weights, for ONNX Runtime, QGIS' plugin Deepness and others.</summary>
    Onnx,

    /// <summary>Weights alone, under PyTorch's names, for the library of that name.</summary>
    Safetensors,
}
