# Buildings by ranges of their height, from models of surface, ground and height above ground: cut chips, train, classify the buildings that were left out, fold by fold.
# Prints a row for each fold and their sum: how many of the unseen buildings get their range, beside how many the most frequent range has.
# Runs in PowerShell 7.4+ and in ArcLearn.Shell.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Tool,
    # The folder with rasters/elevation.
    [Parameter(Mandatory)] [string] $Data,
    [Parameter(Mandatory)] [string] $OutputPath,
    # Metres that part the ranges.
    [double[]] $Limit = @(6, 7),
    [int] $Folds = 5,
    [int[]] $Seed = @(1),
    [int] $Epochs = 30,
    # Further arguments of the steps, such as @{ Backbone = 'squeezenet1_1' }; the cmdlets' own defaults where left out. A building has eight pixels: it is to fill what the network sees.
    [hashtable] $Cut = @{ TileSize = 64; CropMode = 'BoundingBox'; BlackenAroundFeature = $true },
    [hashtable] $Bunch = @{ ChipSize = 64 },
    [hashtable] $Model = @{ Backbone = 'resnet18' },
    [hashtable] $Training = @{},
    # A table of PostGIS with the buildings, which the last model classifies, too.
    [string] $Table
)

$ErrorActionPreference = 'Stop'
Import-Module $Module
function Get-Place { [IO.Path]::Combine([string[]] $args) }
function Invoke-Tool {
    $lines = & dotnet $Tool @args
    if ($LASTEXITCODE -ne 0) { throw "$Tool $args ended with exit code $LASTEXITCODE." }
    $lines
}

$source = Get-Place $Data 'rasters' 'elevation'
$stack = ('dsm.tif', 'dtm.tif', 'hag.tif').ForEach({ Get-Place $source $_ })
foreach ($one in $Seed) {
    $place = Get-Place $OutputPath "seed$one"
    if ([IO.Directory]::Exists($place)) { [IO.Directory]::Delete($place, $true) }
    Invoke-Tool labels buildings (Get-Place $source 'buildings.geojson') $place $Folds $one @Limit
    $sum = 0, 0, 0
    $watch = [Diagnostics.Stopwatch]::StartNew()
    for ($fold = 1; $fold -le $Folds; $fold++) {
        $chips = Export-TrainingData $stack (Get-Place $place "train_$fold.geojson") (Get-Place $place "chips_$fold") -StackBands -MetadataFormat Labeled_Tiles -ClassValueField height_range -WarningAction Ignore @Cut
        $look = @{ TileSize = $Cut.TileSize }
        foreach ($name in 'CropMode', 'BlackenAroundFeature') { if ($Cut.ContainsKey($name)) { $look[$name] = $Cut[$name] } }
        $images = $chips | New-LearnDataBunch -BatchSize 16 -ValidationFraction 0.2 -Stratified -Seed $one -WarningAction Ignore @Bunch
        $classifier = $images | New-FeatureClassifier -WarningAction Ignore @Model
        $passes = @($classifier | Start-ModelTraining -Epochs $Epochs -CheckpointPath (Get-Place $place "checkpoint_$fold") @Training)
        $null = $classifier | Save-LearnModel -Path (Get-Place $place "models_$fold" 'heights')
        $layer = Get-Place $place "test_$fold.gpkg"
        $result = Invoke-ClassifyFeatures $layer (Get-Place $place "models_$fold" 'heights') -InputRaster $stack -StackBands -OutputLabelField height_class -ConfidenceField confidence @look
        $right, $all, $most = (Invoke-Tool score classes $layer height_range height_class).Split(' ').ForEach({ [int] $_ })
        $sum = ($sum[0] + $right), ($sum[1] + $all), ($sum[2] + $most)
        [pscustomobject] [ordered] @{
            Seed = $one; Fold = $fold; Training = $images.TrainingChips; Unseen = $all; Skipped = $result.Skipped; Right = $right
            Accuracy = [Math]::Round($right / $all, 3); Majority = [Math]::Round($most / $all, 3)
            TrainLoss = [Math]::Round($passes[-1].TrainLoss, 3); ValidAccuracy = [Math]::Round(@($passes.Where({ $_.IsBest }))[-1].Metric, 3)
        }
        if ($Table -and $fold -eq $Folds) { Invoke-ClassifyFeatures $Table $classifier -InputRaster $stack -StackBands -OutputLabelField height_class -ConfidenceField confidence @look }
        $classifier.Dispose()
    }

    [pscustomobject] [ordered] @{
        Seed = $one; Fold = 'all'; Training = $null; Unseen = $sum[1]; Skipped = $null; Right = $sum[0]
        Accuracy = [Math]::Round($sum[0] / $sum[1], 3); Majority = [Math]::Round($sum[2] / $sum[1], 3); TrainLoss = $null; ValidAccuracy = $null
    }
    "seed ${one}: $([int] $watch.Elapsed.TotalSeconds) s"
}
