# Training steps and forward passes against PyTorch, turn by turn in one run; then ten epochs on real chips: waiting for the loader, and memory.
# Runs in PowerShell 7.4+ and in ArcLearn.Shell.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Tool,
    # The folder with od_cars_kit; without it the epochs are left out.
    [Parameter(Mandatory)] [string] $Data,
    [Parameter(Mandatory)] [string] $OutputPath,
    # One with torch and torchvision; others, such as that of a newer torch, through $env:ARCLEARN_PYTHON.
    [string[]] $Python = @($env:ARCLEARN_PYTHON, '/usr/bin/python3'),
    [int] $Rounds = 7,
    [int] $Steps = 2,
    [int] $Epochs = 10
)

$ErrorActionPreference = 'Stop'
$natives = [IO.Path]::Combine($Module, 'bin', 'dependencies')
$parity = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', 'Parity'))
foreach ($one in $Python | Where-Object { $_ }) {
    foreach ($network in @('ssd'), @('unet'), @('classifier', 'resnet34'), @('classifier', 'mobilenet_v2')) {
        foreach ($what in 'train', 'forward') {
            & dotnet $Tool speed $what @network $natives $one $parity $Rounds $Steps
            if ($LASTEXITCODE -ne 0) { throw "$Tool speed $what $network ended with exit code $LASTEXITCODE." }
        }
    }
}

$source = [IO.Path]::Combine($Data, 'od_cars_kit')
if (-not [IO.Directory]::Exists($source)) {
    "No $source: the epochs were left out."
    return
}

Import-Module $Module
$truth = [IO.Path]::Combine($OutputPath, 'truth')
$chips = [IO.Path]::Combine($OutputPath, 'chips')
foreach ($folder in $truth, $chips) { if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) } }
$null = [IO.Directory]::CreateDirectory($truth)
$null = & dotnet $Tool labels cars $source $truth
$picture = [IO.Directory]::GetFiles([IO.Path]::Combine($source, 'images'), '*.png')[0]
$labels = [IO.Path]::Combine($truth, [IO.Path]::GetFileNameWithoutExtension($picture) + '.geojson')
$null = Export-TrainingData -InputRaster $picture -InputClassData $labels -OutputLocation $chips -TileSize 224 -StrideSize 112 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class -WarningAction SilentlyContinue
& dotnet $Tool epochs $natives $chips resnet18 $Epochs 8
