# The whole path on real imagery: train on one part, detect over whole images of the rest, measure there.
# AP is the continuous area under the precision-recall curve per whole image, one class, over all detections that score
# 0.02 or more after suppression at IoU 0.3.
# Runs in PowerShell 7.4+ and in ArcLearn.Shell.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Tool,
    # The folder with od_neon_trees, od_cars_kit and weights.
    [Parameter(Mandatory)] [string] $Data,
    [Parameter(Mandatory)] [string] $OutputPath,
    [ValidateSet('cars', 'trees')] [string[]] $Only = @('cars', 'trees'),
    # The budget: images that pass through the network in training.
    [int] $Images = 4000,
    [int[]] $Seed = @(1),
    # A backbone and how it starts: with torchvision's weights (pretrained), or from chance (scratch).
    [string[]] $Network = @('squeezenet1_1 pretrained', 'squeezenet1_1 scratch', 'resnet18 scratch'),
    # Left out: the cmdlet's own.
    [double[]] $LearningRate,
    # Further arguments of New-SingleShotDetector, such as @{ Grids = 14; Zooms = 2.0 }; its own defaults where left out.
    [hashtable] $Detector = @{},
    # Shows each chip in its turns and mirrorings when detecting.
    [switch] $Augment,
    # Scenes may show their objects in other sizes than those of the training scenes.
    [hashtable] $Transform = @{ Zoom = @(0.67, 1.5) }
)

$ErrorActionPreference = 'Stop'
Import-Module $Module
function Get-Place { [IO.Path]::Combine([string[]] $args) }
function Get-Stem([string] $path) { [IO.Path]::GetFileNameWithoutExtension($path) }
function Invoke-Tool {
    $lines = & dotnet $Tool @args
    if ($LASTEXITCODE -ne 0) { throw "$Tool $args ended with exit code $LASTEXITCODE." }
    $lines
}

$set = @{
    # One scene of the video to train on, the other to measure on: frames of one scene are near-duplicates. Cars have 20 to 42 pixels.
    cars  = @{
        Folder = 'od_cars_kit'; Extension = '.png'; Train = { param($name, $index) [int] $name.Substring(3) -lt 100 }
        Stride = 112; Iou = 0.4, 0.5, 0.75
    }
    # Every third plot is unseen. Trees have 14 to 142 pixels.
    trees = @{
        Folder = 'od_neon_trees'; Extension = '.tif'; Train = { param($name, $index) $index % 3 -ne 0 }
        Stride = 88; Iou = 0.4, 0.5, 0.75
    }
}

foreach ($name in $Only) {
    $case = $set[$name]
    $source = Get-Place $Data $case.Folder
    $place = Get-Place $OutputPath $name
    if ([IO.Directory]::Exists($place)) { [IO.Directory]::Delete($place, $true) }
    foreach ($folder in 'truth', 'chips') { $null = [IO.Directory]::CreateDirectory((Get-Place $place $folder)) }
    $truth = Get-Place $place 'truth'
    $null = Invoke-Tool labels $name $source $truth

    $pictures = [IO.Directory]::GetFiles((Get-Place $source 'images'), "*$($case.Extension)")
    [Array]::Sort($pictures, [StringComparer]::Ordinal)
    $training = @(for ($i = 0; $i -lt $pictures.Length; $i++) { if (& $case.Train (Get-Stem $pictures[$i]) $i) { $pictures[$i] } })
    $unseen = @($pictures | Where-Object { $_ -notin $training })
    $chips = @(foreach ($picture in $training) {
        Export-TrainingData -InputRaster $picture -InputClassData (Get-Place $truth "$(Get-Stem $picture).geojson") -OutputLocation (Get-Place $place 'chips' (Get-Stem $picture)) -TileSize 224 -StrideSize $case.Stride -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class -WarningAction SilentlyContinue
    })

    foreach ($which in $Network) { foreach ($one in $Seed) {
        $backbone, $from = $which.Split(' ')
        $run = Get-Place $place "$backbone-$from-$one"
        $found = Get-Place $run 'found'
        $null = [IO.Directory]::CreateDirectory($found)
        $bunch = $chips | New-LearnDataBunch -Transform (New-LearnTransform @Transform) -ChipSize 224 -BatchSize 8 -ValidationFraction 0.1 -Seed $one -WarningAction SilentlyContinue
        $weights = $from -eq 'scratch' ? @{} : @{ BackboneWeights = Get-Place $Data 'weights' "$backbone.pth" }
        $model = $bunch | New-SingleShotDetector -Backbone $backbone @weights @Detector -WarningAction SilentlyContinue
        $epochs = [Math]::Max(1, [int] ($Images / (8 * [Math]::Floor($bunch.TrainingChips / 8))))
        $model | Unlock-ModelLayer
        $rate = $LearningRate ? @{ LearningRate = $LearningRate } : @{}
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $null = $model | Start-ModelTraining -Epochs $epochs @rate -CheckpointPath (Get-Place $run 'checkpoint')
        $trained = $watch.Elapsed.TotalSeconds
        $null = $model | Save-LearnModel -Path (Get-Place $run 'model')

        foreach ($picture in $unseen) {
            $null = Invoke-DetectObjects -InputRaster $picture -Model $model -OutputName (Get-Place $found "$(Get-Stem $picture).geojson") -RunNms -MaxOverlapRatio 0.3 -ModelArguments @{ threshold = 0.02; nms_overlap = 0.3; test_time_augmentation = $Augment.IsPresent } -WarningAction SilentlyContinue
        }

        # One picture of what it finds when it is sure.
        $null = Invoke-DetectObjects -InputRaster $unseen[0] -Model $model -OutputName (Get-Place $run 'sure.geojson') -RunNms -MaxOverlapRatio 0.3 -ModelArguments @{ threshold = 0.4; nms_overlap = 0.3 } -WarningAction SilentlyContinue |
            Show-LearnOutput -Path (Get-Place $run 'sure.png')
        $result = [ordered] @{
            Data    = $name
            Network = $which
            Seed    = $one
            Chips   = $bunch.TrainingChips
            Images  = $epochs * 8 * [int] [Math]::Floor($bunch.TrainingChips / 8)
            Seconds = [int] $trained
        }
        foreach ($line in Invoke-Tool score $truth $found @($case.Iou)) {
            $measure, $value, $counts = $line.Split(' ', 3)
            $result[$measure] = [double]::Parse($value, [cultureinfo]::InvariantCulture)
        }

        [pscustomobject] $result
        $model.Dispose()
    } }
}
