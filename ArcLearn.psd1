@{
    RootModule           = 'bin/ArcLearn.Commands.dll'
    RequiredAssemblies   = @('bin/ArcLearn.dll')
    ModuleVersion        = '0.1.0'
    GUID                 = '7d0f8b5e-3c64-4a0b-9d3b-5f1c2f6a9e41'
    Author               = 'The ArcLearn authors'
    CompanyName          = ''
    Copyright            = 'MIT licence'
    Description          = 'Cuts training chips from georeferenced imagery, trains detectors, packages models and detects objects over rasters of any size.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('ArcLearn.format.ps1xml')
    CmdletsToExport      = @(
        'Export-LearnModel'
        'Export-TrainingData'
        'Find-LearningRate'
        'Get-InferencePlan'
        'Get-LearnModel'
        'Get-LearnModelInfo'
        'Get-LearnRaster'
        'Import-LearnModel'
        'Install-LearnModel'
        'Invoke-ClassifyFeatures'
        'Invoke-ClassifyPixels'
        'Invoke-DetectObjects'
        'Invoke-ModelPrediction'
        'Lock-ModelLayer'
        'Measure-AveragePrecision'
        'Measure-ModelAccuracy'
        'Merge-LearnShard'
        'New-FeatureClassifier'
        'New-LearnDataBunch'
        'New-LearnModel'
        'New-LearnTransform'
        'New-SingleShotDetector'
        'New-UnetClassifier'
        'Restore-LearnModel'
        'Save-LearnModel'
        'Show-ConfusionMatrix'
        'Show-LearnDataBunch'
        'Show-LearnOutput'
        'Show-ModelResult'
        'Show-TrainingCurve'
        'Start-ModelTraining'
        'Test-LearnOutput'
        'Test-LearnRuntime'
        'Test-TrainingData'
        'Uninstall-LearnModel'
        'Unlock-ModelLayer'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('DeepLearning', 'GIS', 'Imagery', 'ObjectDetection', 'RemoteSensing', 'TorchSharp', 'Windows', 'Linux', 'MacOS', 'PSEdition_Core')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
