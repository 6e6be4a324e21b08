# The whole job as a runbook does it, on a scene small enough for a test.

BeforeAll {
    $module = [IO.Path]::Combine($PSScriptRoot, '..', 'output', 'ArcLearn')
    Import-Module $module -Force

    # A GeoTIFF without compression (UTM 18N, half a metre to the pixel): grey noise with red and blue squares; their outlines as GeoJSON.
    function New-Scene([string] $Name, [int] $Seed) {
        $size = 256
        $random = [Random]::new($Seed)
        $samples = [byte[]]::new($size * $size * 3)
        $random.NextBytes($samples)
        $samples = [Linq.Enumerable]::ToArray([Linq.Enumerable]::Select($samples, [Func[byte, byte]] { param($value) 96 + $value % 48 }))
        $features = for ($y = 8; $y -lt $size - 40; $y += 48) {
            for ($x = 8; $x -lt $size - 40; $x += 48) {
                $side = $random.Next(20, 28)
                $class, $color = ($random.Next(2) ? @('roof', [byte[]](220, 40, 30)) : @('pool', [byte[]](30, 60, 220)))
                $line = [byte[]]($color * $side)
                for ($row = $y; $row -lt $y + $side; $row++) { $line.CopyTo($samples, ($row * $size + $x) * 3) }
                $west, $east = ($x, ($x + $side)).ForEach({ 500000 + 0.5 * $_ })
                $north, $south = ($y, ($y + $side)).ForEach({ 4500000 - 0.5 * $_ })
                @{
                    type       = 'Feature'
                    properties = @{ class = $class }
                    geometry   = @{
                        type        = 'Polygon'
                        coordinates = , @(@($west, $north), @($west, $south), @($east, $south), @($east, $north), @($west, $north))
                    }
                }
            }
        }

        $crs = @{ type = 'name'; properties = @{ name = 'urn:ogc:def:crs:EPSG::32618' } }
        $labels = @{ type = 'FeatureCollection'; crs = $crs; features = $features } | ConvertTo-Json -Depth 9
        [IO.File]::WriteAllText("$TestDrive/$Name.geojson", $labels)

        $geoKeys = [uint16[]](1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32618)
        $tags = 13
        $after = 8 + 2 + 12 * $tags + 4
        $bits, $scale, $tie, $keys = $after, ($after + 6), ($after + 30), ($after + 78)
        $writer = [IO.BinaryWriter]::new([IO.File]::Create("$TestDrive/$Name.tif"))
        try {
            $writer.Write([byte[]](0x49, 0x49, 42, 0))
            $writer.Write([uint32] 8)
            $writer.Write([uint16] $tags)
            foreach ($tag in @(
                    @(256, 4, 1, $size), @(257, 4, 1, $size), @(258, 3, 3, $bits), @(259, 3, 1, 1), @(262, 3, 1, 2), @(273, 4, 1, ($keys + 32)),
                    @(277, 3, 1, 3), @(278, 4, 1, $size), @(279, 4, 1, $samples.Length), @(284, 3, 1, 1),
                    @(33550, 12, 3, $scale), @(33922, 12, 6, $tie), @(34735, 3, 16, $keys))) {
                $writer.Write([uint16] $tag[0])
                $writer.Write([uint16] $tag[1])
                $writer.Write([uint32] $tag[2])
                $writer.Write([uint32] $tag[3])
            }
            $writer.Write([uint32] 0)
            foreach ($value in 8, 8, 8) { $writer.Write([uint16] $value) }
            foreach ($value in 0.5, 0.5, 0, 0, 0, 0, 500000, 4500000, 0) { $writer.Write([double] $value) }
            foreach ($value in $geoKeys) { $writer.Write($value) }
            $writer.Write($samples)
        }
        finally {
            $writer.Dispose()
        }
    }

    function Get-FileCount { @(Get-ChildItem $TestDrive -Recurse -File).Count }

    New-Scene scene 1
    New-Scene other 2
    $storeBefore = $env:ARCLEARN_MODEL_PATH
    $env:ARCLEARN_MODEL_PATH = "$TestDrive/store"
    Push-Location $TestDrive

    $export = @{ InputRaster = 'scene.tif'; InputClassData = 'scene.geojson'; MetadataFormat = 'PASCAL_VOC_rectangles'; ClassValueField = 'class' }
    $chips = Export-TrainingData @export -OutputLocation chips -TileSize 64 -StrideSize 32
    $data = $chips | New-LearnDataBunch -ChipSize 64 -BatchSize 8 -ValidationFraction 0.2 -Seed 7
    $model = $data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -Zooms 0.8, 1.0 -Ratios '1:1' -WarningAction Ignore
    $epochs = @($model | Start-ModelTraining -Epochs 2)
    $precision = @($model | Measure-AveragePrecision -IouThreshold 0.5)
    $package = $model | Save-LearnModel -Path models/squares
    $installed = $package | Install-LearnModel
    $layer = Invoke-DetectObjects -InputRaster other.tif -Model squares -OutputName squares.gpkg -RunNms -ModelArguments @{ threshold = 0.05 }
    $picture = $layer | Show-LearnOutput -Path squares.png
}

AfterAll {
    Pop-Location
    $env:ARCLEARN_MODEL_PATH = $storeBefore
}

Describe 'The way from a raster to a map' {
    It 'gives typed objects at every step' {
        $chips | Should -BeOfType ([ArcLearn.TrainingDataInfo])
        $data | Should -BeOfType ([ArcLearn.LearnDataBunch])
        $model | Should -BeOfType ([ArcLearn.SingleShotDetector])
        $epochs[0] | Should -BeOfType ([ArcLearn.EpochResult])
        $precision[0] | Should -BeOfType ([ArcLearn.AveragePrecision])
        $package | Should -BeOfType ([ArcLearn.ModelPackage])
        $installed | Should -BeOfType ([ArcLearn.InstalledModel])
        $layer | Should -BeOfType ([ArcLearn.FeatureLayerItem])
        $picture | Should -BeOfType ([ArcLearn.PictureItem])
    }

    It 'cuts one chip for each tile with objects' {
        # Tiles of 64 at every 32nd pixel of 256: seven by seven, and no gap between the squares is as wide as a tile.
        $chips.Images | Should -Be 49
        $chips.Classes.Name | Should -Be 'pool', 'roof'
        Get-ChildItem chips/images -Filter *.tif | Should -HaveCount 49
        'chips/map.txt', 'chips/stats.txt', 'chips/esri_model_definition.emd' | Should -Exist
    }

    It 'keeps training and validation apart in space' {
        $data.Split | Should -Be 'Spatial'
        $data.ValidationChips | Should -BeGreaterThan 0
        $data.TrainingChips + $data.ValidationChips + $data.DroppedChips | Should -Be 49
    }

    It 'tells of every epoch and keeps the best' {
        $epochs.Epoch | Should -Be 1, 2
        $epochs.TrainLoss | ForEach-Object { [double]::IsFinite($_) | Should -BeTrue }
        $epochs[0].IsBest | Should -BeTrue
        Get-ChildItem $epochs[0].CheckpointPath -Filter *.pth | Should -HaveCount 1
    }

    It 'measures by class and in the mean' {
        $precision.Class | Should -Be 'pool', 'roof', '(mean)'
    }

    It 'installs the model under its name' {
        (Get-LearnModel sq*).Name | Should -Be 'squares'
        Get-ChildItem models/squares -Name | Sort-Object | Should -Be ('model_metrics.html', 'ModelCharacteristics', 'squares.dlpk', 'squares.emd', 'squares.pth' | Sort-Object)
    }

    It 'writes a layer in the raster''s coordinates and a picture of it' {
        "$($layer.SpatialReference)" | Should -Be 'EPSG:32618'
        $layer.Path, $picture.Path | Should -Exist
        [IO.File]::ReadAllBytes($picture.Path)[1..3] | Should -Be ([Text.Encoding]::ASCII.GetBytes('PNG'))
    }
}

Describe 'A run over several machines' {
    It 'gives from its shards the bytes of one run, with a plan before and a proof after' {
        $run = @{ InputRaster = 'other.tif'; Model = 'squares'; RunNms = $true; ModelArguments = @{ threshold = 0.05 } }
        $plan = Get-InferencePlan other.tif squares -MemoryLimit 2GB
        $plan.Tiles | Should -Be ($layer.Tiles + $layer.SkippedTiles)
        $plan.MemoryBytes | Should -BeLessOrEqual 2GB

        New-Item -ItemType Directory split | Out-Null
        $shards = 2, 3, 1 | ForEach-Object { Invoke-DetectObjects @run -OutputName split/squares.gpkg -Shard "$_/3" }
        $shards | Should -BeOfType ([ArcLearn.LearnShard])
        { Merge-LearnShard split/squares.gpkg.shard-1-* -ErrorAction Stop } | Should -Throw -ErrorId 'ShardMissing,*'
        $merged = Get-ChildItem split/squares.gpkg.shard-* | Merge-LearnShard -RemoveShard
        Get-ChildItem split -Name | Should -Be 'squares.gpkg'
        (Get-FileHash $merged.Path).Hash | Should -Be (Get-FileHash $layer.Path).Hash

        $report = Get-Item split/squares.gpkg | Test-LearnOutput -InputRaster other.tif -Model squares
        $report.IsVerified | Should -BeTrue
        $report.Checks.Result | Should -Be 'Passed', 'Passed', 'Passed', 'Passed'
        ($merged | Test-LearnOutput -InputRaster scene.tif).IsVerified | Should -BeFalse
    }
}

Describe 'A mistake' {
    It 'is the error <Id>: <Call>' -ForEach @(
        @{ Id = 'OutputExists'; Category = 'ResourceExists'; Call = { Export-TrainingData @export -OutputLocation chips -ErrorAction Stop } }
        @{ Id = 'PathNotFound'; Category = 'ObjectNotFound'; Call = { Invoke-DetectObjects missing.tif squares x.gpkg -ErrorAction Stop } }
        @{ Id = 'ModelNotInstalled'; Category = 'ObjectNotFound'; Call = { Get-LearnModel nobody -ErrorAction Stop } }
        @{ Id = 'ModelExists'; Category = 'ResourceExists'; Call = { $package | Install-LearnModel -ErrorAction Stop } }
        @{ Id = 'InvalidArgument'; Category = 'InvalidArgument'; Call = { $data | New-SingleShotDetector -Backbone vgg99 } }
        @{ Id = 'InvalidParameterMix'; Category = 'InvalidArgument'; Call = { Invoke-DetectObjects other.tif squares x.gpkg -RunNms -ConfidenceScoreField Score } }
    ) {
        $before = Get-FileCount
        $thrown = $Call | Should -Throw -ErrorId "$Id,*" -PassThru
        $thrown.CategoryInfo.Category | Should -Be $Category
        Get-FileCount | Should -Be $before
    }
}

Describe '-WhatIf' {
    It 'does nothing and returns nothing: <Call>' -ForEach @(
        @{ Call = { Export-TrainingData @export -OutputLocation new -WhatIf } }
        @{ Call = { $model | Start-ModelTraining -WhatIf } }
        @{ Call = { $model | Save-LearnModel -Path new -WhatIf } }
        @{ Call = { Invoke-DetectObjects other.tif squares new.gpkg -WhatIf } }
        @{ Call = { $layer | Show-LearnOutput -Path new.png -WhatIf } }
        @{ Call = { Uninstall-LearnModel squares -WhatIf } }
    ) {
        $before = Get-FileCount
        & $Call | Should -BeNullOrEmpty
        Get-FileCount | Should -Be $before
    }
}

Describe 'Stopping' {
    It 'ends a training when the pipeline has the epochs it asked for, and keeps the best checkpoint' {
        $first = @($data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -WarningAction Ignore |
            Start-ModelTraining -Epochs 5000 -CheckpointPath first | Select-Object -First 1)
        $first.Epoch | Should -Be 1
        Import-LearnModel first | Should -BeOfType ([ArcLearn.SingleShotDetector])
    }

    It 'ends a training within a batch and keeps its best checkpoint' {
        $seen = [Collections.Concurrent.ConcurrentQueue[object]]::new()
        $shell = [powershell]::Create()
        $run = $shell.AddScript({
                param($module, $data, $seen, $checkpoint)
                Import-Module $module
                $data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -WarningAction Ignore |
                    Start-ModelTraining -Epochs 5000 -CheckpointPath $checkpoint | ForEach-Object { $seen.Enqueue($_) }
            }).AddArgument($module).AddArgument($data).AddArgument($seen).AddArgument("$TestDrive/stopped").BeginInvoke()
        while ($seen.IsEmpty -and -not $run.IsCompleted) { Start-Sleep -Milliseconds 20 }
        $run.IsCompleted | Should -BeFalse -Because "$($shell.Streams.Error.ReadAll())"

        $atStop = $seen.Count
        $shell.BeginStop($null, $null).AsyncWaitHandle.WaitOne([timespan]::FromSeconds(20)) | Should -BeTrue
        $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $seen.Count | Should -BeLessOrEqual ($atStop + 1)
        $shell.Dispose()

        Import-LearnModel stopped | Should -BeOfType ([ArcLearn.SingleShotDetector])
    }
}
