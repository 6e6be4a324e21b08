namespace ArcLearn.Core.Rasters;

/// <summary>
/// Samples of one block in this machine's byte order. Sample (band, row, column) has the index
/// <c>band·BandStep + (row·width + column)·PixelStep</c>, so blocks stay as their codec leaves them: pixel by pixel or band by band.
/// </summary>
internal sealed record DecodedBlock(byte[] Samples, int PixelStep, int BandStep);
