# The whole job on one scene: cut chips from its west, train, package, install, detect over its unseen east, measure, draw.
# Runs in PowerShell 7.4+ and in ArcLearn.Shell: language, .NET calls, native commands and ArcLearn's cmdlets only.
[CmdletBinding()]
param(
    # The packaged module.
    [Parameter(Mandatory)] [string] $Module,
    # ArcLearn.Demo.dll: renders the scene and halves a raster.
    [Parameter(Mandatory)] [string] $Renderer,
    # The folder for all that the demo makes; it is emptied first.
    [Parameter(Mandatory)] [string] $OutputPath,
    # Your own raster with its labels, in place of the rendered scene.
    [string] $Raster,
    [string] $Labels,
    [string] $ClassValueField,
    # At most; fewer where they would take longer than the minutes below.
    [int] $Epochs = 21,
    [double] $TrainingMinutes = 8,
    [int] $ChipSize = 224
)

$ErrorActionPreference = 'Stop'
$seconds = [ordered] @{}
$watch = [Diagnostics.Stopwatch]::StartNew()
function Complete-Stage([string] $name) {
    $seconds[$name] = [Math]::Round($watch.Elapsed.TotalSeconds, 1)
    $watch.Restart()
}

function Invoke-Renderer {
    $lines = & dotnet $Renderer @args
    if ($LASTEXITCODE -ne 0) { throw "The renderer ended with exit code $LASTEXITCODE." }
    $lines
}

if ([IO.Directory]::Exists($OutputPath)) { [IO.Directory]::Delete($OutputPath, $true) }
$null = [IO.Directory]::CreateDirectory($OutputPath)
function Get-Place([string] $name) { [IO.Path]::Combine($OutputPath, $name) }
Import-Module $Module

if (-not $Raster) {
    $Raster = Get-Place 'scene.tif'
    $Labels = Get-Place 'labels.geojson'
    $ClassValueField = 'class'
    $null = Invoke-Renderer render $Raster $Labels
}
Complete-Stage 'Render'

# Two parts with more than a chip between them: nothing that is measured was ever trained on.
$west, $east = Invoke-Renderer split $Raster $ChipSize
$cut = @{
    InputRaster = $Raster; InputClassData = $Labels; ChipFormat = 'TIFF'; TileSize = $ChipSize; MetadataFormat = 'PASCAL_VOC_rectangles'
}
if ($ClassValueField) { $cut.ClassValueField = $ClassValueField }
$chips = Export-TrainingData @cut -OutputLocation (Get-Place 'chips') -StrideSize ([int] ($ChipSize * 0.7)) -Context @{ extent = $west }
$unseen = Export-TrainingData @cut -OutputLocation (Get-Place 'unseen') -Context @{ extent = $east }
Complete-Stage 'Export'

$data = $chips | New-LearnDataBunch -ChipSize $ChipSize -BatchSize 8 -ValidationFraction 0.1 -Seed 7

# From chance: no weights come with the module.
$model = $data | New-SingleShotDetector -Backbone resnet18 -WarningAction SilentlyContinue

# A search for the rate leaves the model as it was: what its batches take says how many epochs there is time for.
$null = $model | Find-LearningRate -StartRate 1e-6 -EndRate 1e-5 -Iterations 3 -WarningAction SilentlyContinue
$pace = [Diagnostics.Stopwatch]::StartNew()
$null = $model | Find-LearningRate -StartRate 1e-6 -EndRate 1e-5 -Iterations 12 -WarningAction SilentlyContinue
$epochSeconds = $pace.Elapsed.TotalSeconds / 12 * $data.TrainingChips / 8
$Epochs = [Math]::Clamp([int] [Math]::Floor(60 * $TrainingMinutes / $epochSeconds), 5, $Epochs)
$model | Start-ModelTraining -Epochs $Epochs -LearningRate 2e-3 -CheckpointPath (Get-Place 'checkpoint') | Out-Default
Complete-Stage 'Train'

$precision = $model | Measure-AveragePrecision -Data ($unseen | New-LearnDataBunch -ChipSize $ChipSize -BatchSize 8 -ValidationFraction 0) -IouThreshold 0.5
Complete-Stage 'Measure'

$env:ARCLEARN_MODEL_PATH = Get-Place 'store'
$null = $model | Save-LearnModel -Path (Get-Place 'models/scene') | Install-LearnModel
Complete-Stage 'Package'

$layer = Invoke-DetectObjects -InputRaster $Raster -Model scene -OutputName (Get-Place 'objects.gpkg') -RunNms -MaxOverlapRatio 0.3 -ModelArguments @{ threshold = 0.4 } -Context @{ extent = $east }
Complete-Stage 'Detect'

$picture = $layer | Show-LearnOutput -Path (Get-Place 'map.png')
Complete-Stage 'Draw'

$precision
[pscustomobject] @{
    MeanAP50   = [Math]::Round(($precision | Where-Object Class -EQ '(mean)').Value, 3)
    Objects    = ($layer.FeaturesByClass.Keys | ForEach-Object { "$($layer.FeaturesByClass[$_]) × $_" }) -join ', '
    GeoPackage = $layer.Path
    Map        = $picture.Path
    Seconds    = ($seconds.Keys | ForEach-Object { "$_ $($seconds[$_])" }) -join ', '
}
