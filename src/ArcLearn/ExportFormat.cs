namespace ArcLearn;

/// <summary>Formats that models are exported to.</summary>
public enum ExportFormat
{
    /// <summary>Operators and weights, for ONNX Runtime, QGIS' plugin Deepness and others.</summary>
    Onnx,
}
