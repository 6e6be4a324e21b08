BeforeAll {
    $module = [IO.Path]::Combine($PSScriptRoot, '..', 'output', 'ArcLearn')
    Import-Module $module -Force
}

Describe 'ArcLearn' {
    It 'has a valid manifest' {
        (Test-ModuleManifest ([IO.Path]::Combine($module, 'ArcLearn.psd1'))).Name | Should -Be 'ArcLearn'
    }

    It 'exports the cmdlets of its manifest, and nothing else' {
        $manifest = Import-PowerShellDataFile ([IO.Path]::Combine($module, 'ArcLearn.psd1'))
        $exported = Get-Module ArcLearn

        $exported.ExportedCmdlets.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        $exported.ExportedFunctions.Count | Should -Be 0
        $exported.ExportedAliases.Count | Should -Be 0
        $exported.ExportedVariables.Count | Should -Be 0
    }

    It 'shows its public types and keeps its libraries to itself' {
        $null = Test-LearnRuntime

        [ArcLearn.EpochResult].Assembly.GetName().Name | Should -Be 'ArcLearn'
        [Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.ForEach({ $_.GetName().Name }) | Should -Not -Contain 'ArcLearn.Core'
    }
}

# Here, since the engine sorts what it completes within a table by a cmdlet of Microsoft.PowerShell.Utility.
Describe 'Completion within a table' {
    It 'names what <Line> takes' -ForEach @(
        @{ Line = 'Invoke-DetectObjects a.tif b -ModelArguments @{ th'; Names = 'threshold' }
        @{ Line = 'Invoke-DetectObjects a.tif b -ModelArguments @{ threshold = 0.5; n'; Names = 'nms_overlap' }
        @{ Line = 'Invoke-ClassifyPixels a.tif b -ModelArguments @{ padding = 4; '; Names = 'batch_size predict_background test_time_augmentation tile_size' }
        @{ Line = 'Invoke-ClassifyFeatures a.gpkg b -ModelArguments @{'; Names = 'batch_size test_time_augmentation' }
        @{ Line = 'Get-InferencePlan a.tif b -ModelArguments @{ t'; Names = 'test_time_augmentation threshold tile_size' }
        @{ Line = 'Invoke-DetectObjects a.tif b -Context @{ ex'; Names = 'extent' }
        @{ Line = 'Export-TrainingData a.tif -Context @{ start'; Names = 'startIndex' }
    ) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText -join ' ' | Should -Be $Names
    }
}

Describe 'Test-LearnRuntime' {
    BeforeAll { $runtime = Test-LearnRuntime }

    It 'writes one typed result' {
        $runtime | Should -HaveCount 1
        $runtime | Should -BeOfType ([ArcLearn.LearnRuntimeInfo])
    }

    It 'finds the packaged libtorch' {
        $runtime.Missing | Should -BeNullOrEmpty
        $runtime.IsReady | Should -BeTrue
        $runtime.NativePath | Should -BeLike '*dependencies*'
    }

    It 'carries the version of the manifest' {
        $runtime.ModuleVersion | Should -Be (Get-Module ArcLearn).Version.ToString()
    }
}
