<#
.SYNOPSIS
    Builds, tries, tests and packages ArcLearn.
.DESCRIPTION
    Runs in PowerShell 7.4+ and in ArcLearn.Shell, which has neither the Utility nor the Management cmdlets: this script uses the
    language, .NET and native commands only. It never rebuilds the ArcLearn.Shell that it runs in.
.PARAMETER Task
    Build: the module in output/ArcLearn. Demo: the whole job on a rendered scene. Test: all tests.
    Package: a zip of the module. Benchmark: accuracy and speed, as far as data and PyTorch are at hand. Clean: removes what was built.
.PARAMETER Runtime
    The .NET runtime identifier of the system to build for, such as linux-x64; this system by default.
.PARAMETER TorchBackend
    The libtorch that the module carries.
.PARAMETER Raster
    For Demo: a raster of your own, together with -Labels and, where it is not classvalue or value, -ClassValueField.
.PARAMETER Only
    For Benchmark: Accuracy (real imagery, where it is at hand) or Speed (against PyTorch, where it is installed); both where it is left out.
.EXAMPLE
    ./build.ps1 -Task Test
.EXAMPLE
    dotnet run --project src/ArcLearn.Shell -- ./build.ps1 -Task Demo
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Demo', 'Test', 'Package', 'Benchmark', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [string] $Runtime,

    [ValidateSet('cpu', 'cuda-windows', 'cuda-linux')]
    [string] $TorchBackend = 'cpu',

    [string] $Raster,

    [string] $Labels,

    [string] $ClassValueField,

    [ValidateSet('Accuracy', 'Speed')]
    [string] $Only
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$root = $PSScriptRoot
$output = [IO.Path]::Combine($root, 'output')
$module = [IO.Path]::Combine($output, 'ArcLearn')
$inShell = $Host.Name -eq 'ArcLearn.Shell'

# Build servers that stay behind would hold the pipes of this script open.
$env:MSBUILDDISABLENODEREUSE = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'

# What torch brings for Python, phones and its own tests: a fifteenth of the package and never loaded.
$notNeeded = @(
    '*.pdb', '*.xml', '*.json', '*.lib', 'ArcLearn.dll', '*torch_python*', '*_test.*', '*nnapi_backend*', '*backend_with_compiler*'
    '*aoti_custom_ops*', '*torch_global_deps*', 'libshm.*', 'shm.dll', 'libshm_windows*'
)

function Get-HostRuntime {
    $info = [Runtime.InteropServices.RuntimeInformation]
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    "$system-$($info::OSArchitecture.ToString().ToLowerInvariant())"
}

function Join-Root([string[]] $Part) {
    [IO.Path]::Combine([string[]](@($root) + $Part))
}

function Invoke-Dotnet([string[]] $Argument) {
    & dotnet @Argument
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($Argument -join ' ') ended with exit code $LASTEXITCODE."
    }
}

function Invoke-DotnetBuild([string] $Verb, [string] $Project, [string[]] $Argument = @()) {
    Invoke-Dotnet (@($Verb, (Join-Root $Project), '-c', $Configuration, '--nologo', '-v', 'quiet', "-p:TorchBackend=$TorchBackend") + $Argument)
}

# Copies what changed, by a temporary name: a process that has the old file mapped keeps it.
function Copy-IfNewer([string] $Source, [string] $Target, [scriptblock] $Change) {
    $from = [IO.FileInfo]::new($Source)
    $to = [IO.FileInfo]::new($Target)
    if ($to.Exists -and $to.Length -eq $from.Length -and $to.LastWriteTimeUtc -eq $from.LastWriteTimeUtc) {
        return
    }

    $null = [IO.Directory]::CreateDirectory($to.DirectoryName)
    $partial = "$Target.partial"
    [IO.File]::Copy($Source, $partial, $true)
    if ($Change) {
        $null = & $Change $partial
    }

    [IO.File]::SetLastWriteTimeUtc($partial, $from.LastWriteTimeUtc)
    [IO.File]::Move($partial, $Target, $true)
}

function Remove-Folder([string] $Path) {
    if ([IO.Directory]::Exists($Path)) {
        [IO.Directory]::Delete($Path, $true)
    }
}

# libLibTorchSharp.so asks for a newer libstdc++ than it needs: see ElfSymbolVersions.
function Get-NativeChange([string] $CorePath) {
    $core = [Reflection.Assembly]::Load([IO.File]::ReadAllBytes($CorePath))
    $weaken = $core.GetType('ArcLearn.Core.Runtime.ElfSymbolVersions', $true).GetMethod('Weaken')
    { param($file) $weaken.Invoke($null, [object[]]@([string]$file)) }.GetNewClosure()
}

function Build-Dependencies([string] $Staging) {
    $target = [IO.Path]::Combine($module, 'bin', 'dependencies')
    $kept = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $change = Get-NativeChange ([IO.Path]::Combine($Staging, 'ArcLearn.Core.dll'))
    foreach ($file in [IO.Directory]::GetFiles($Staging)) {
        $name = [IO.Path]::GetFileName($file)
        if ($notNeeded | Where-Object { $name -like $_ }) {
            continue
        }

        $null = $kept.Add($name)
        Copy-IfNewer $file ([IO.Path]::Combine($target, $name)) $(if ($name -eq 'libLibTorchSharp.so') { $change })
    }

    foreach ($file in [IO.Directory]::GetFiles($target)) {
        if (-not $kept.Contains([IO.Path]::GetFileName($file))) {
            [IO.File]::Delete($file)
        }
    }
}

function Build-Module {
    "Building ArcLearn for $Runtime ($TorchBackend, $Configuration)"
    Invoke-DotnetBuild build 'src/ArcLearn.Commands'

    # Hard links where the disk allows: the natives need not lie there twice. Compiled ahead of time, so that the first raster or model of a session
    # does not wait for the compiler; it stays in charge of what is run often.
    $staging = [IO.Path]::Combine($output, 'staging', "$Runtime-$TorchBackend-$Configuration")
    $publish = '-r', $Runtime, '--self-contained', 'false', '-o', $staging, '-p:CreateHardLinksForPublishFilesIfPossible=true'
    try {
        Invoke-DotnetBuild publish 'src/ArcLearn.Core' ($publish + '-p:PublishReadyToRun=true')
    }
    catch {
        Write-Warning 'Compiling ahead of time failed (its compiler, Microsoft.NETCore.App.Crossgen2, may not be served here): the module starts more slowly without.'
        Invoke-DotnetBuild publish 'src/ArcLearn.Core' $publish
    }

    Build-Dependencies $staging

    $commands = Join-Root 'src', 'ArcLearn.Commands', 'bin', $Configuration, 'net8.0'
    foreach ($name in 'ArcLearn.Commands.dll', 'ArcLearn.dll') {
        Copy-IfNewer ([IO.Path]::Combine($commands, $name)) ([IO.Path]::Combine($module, 'bin', $name))
    }

    foreach ($name in 'ArcLearn.psd1', 'ArcLearn.format.ps1xml', 'LICENSE') {
        if ([IO.File]::Exists((Join-Root $name))) {
            Copy-IfNewer (Join-Root $name) ([IO.Path]::Combine($module, $name))
        }
    }

    & (Join-Root 'src', 'ArcLearn.Commands', 'Help.ps1') -Commands ([IO.Path]::Combine($commands, 'ArcLearn.Commands.dll')) `
        -OutputPath ([IO.Path]::Combine($module, 'en-US', 'ArcLearn.Commands.dll-Help.xml'))

    "Built $module"
}

# The shell that the process tests start: this one, or one built now.
function Get-ShellPath {
    if ($inShell) {
        return [Reflection.Assembly]::GetEntryAssembly().Location
    }

    $null = Invoke-DotnetBuild build 'src/ArcLearn.Shell'
    Join-Root 'src', 'ArcLearn.Shell', 'bin', $Configuration, 'net10.0', 'ArcLearn.Shell.dll'
}

function Add-Count([Collections.IDictionary] $Total, [int] $Passed, [int] $Failed, [int] $Skipped) {
    $Total.Passed += $Passed
    $Total.Failed += $Failed
    $Total.Skipped += $Skipped
}

function Test-Project([string] $Name, [Collections.IDictionary] $Total) {
    "Testing Tests/$Name"
    Invoke-DotnetBuild build "Tests/$Name"
    $results = [IO.Path]::Combine($output, 'TestResults', "$Name.trx")
    [IO.File]::Delete($results)
    & dotnet test (Join-Root 'Tests', $Name) -c $Configuration --no-build --nologo -v quiet "-p:TorchBackend=$TorchBackend" `
        --results-directory ([IO.Path]::GetDirectoryName($results)) --logger "trx;LogFileName=$Name.trx" --logger 'console;verbosity=minimal'
    $exitCode = $LASTEXITCODE
    if (-not [IO.File]::Exists($results)) {
        throw "dotnet test Tests/$Name wrote no results and ended with exit code $exitCode."
    }

    $counters = ([xml][IO.File]::ReadAllText($results)).TestRun.ResultSummary.Counters
    $skipped = [int]$counters.total - [int]$counters.executed
    $failed = [int]$counters.executed - [int]$counters.passed
    if ($exitCode -ne 0 -and $failed -eq 0) {
        "dotnet test Tests/$Name ended with exit code $exitCode though no test failed: the run was cut short."
        $failed = 1
    }

    Add-Count $Total ([int]$counters.passed) $failed $skipped
}

# A PowerShell with Pester 5 that is installed here, or nothing.
function Get-PowerShellWithPester {
    $probe = 'if ($PSVersionTable.PSVersion -ge [version]"7.4" -and (Get-Module -ListAvailable Pester | Where-Object { $_.Version -ge [version]"5.0" })) { "found" }'
    $pwsh = @(Get-Command pwsh -CommandType Application -ErrorAction Ignore | ForEach-Object Source)
    if ($pwsh -and (& $pwsh[0] -NoProfile -NonInteractive -Command $probe) -eq 'found') {
        $pwsh[0]
    }
}

function Test-Pester([Collections.IDictionary] $Total) {
    $files = [IO.Directory]::GetFiles((Join-Root 'Tests'), '*.Tests.ps1')
    if ($files.Length -eq 0) {
        return
    }

    $program = Get-PowerShellWithPester
    $arguments = @()
    $pester = 'Pester'
    if (-not $program) {
        & dotnet restore (Join-Root 'Tests', 'PesterHost') --nologo -v quiet
        if ($LASTEXITCODE -ne 0) {
            "No PowerShell 7.4+ with Pester 5 is here, nor what Tests/PesterHost is built from: $($files.Length) Pester file(s) were not run."
            return
        }

        Invoke-DotnetBuild build 'Tests/PesterHost'
        $program = 'dotnet'
        $arguments = @(Get-ToolPath PesterHost)
        $pester = [IO.Path]::Combine([IO.Path]::GetDirectoryName($arguments[0]), 'Modules', 'Pester', 'Pester.psd1')
    }

    "Testing $($files.Length) Pester file(s) with $(@($program) + $arguments -join ' ')"
    $results = [IO.Path]::Combine($output, 'TestResults', 'Pester.txt')
    [IO.File]::Delete($results)
    $run = @'
Import-Module $env:ARCLEARN_PESTER_MODULE -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $env:ARCLEARN_PESTER_PATH
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
$run = Invoke-Pester -Configuration $configuration
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
[IO.File]::WriteAllText($env:ARCLEARN_PESTER_RESULTS, "$($run.PassedCount) $failed $($run.SkippedCount + $run.NotRunCount)")
'@
    $env:ARCLEARN_PESTER_MODULE = $pester
    $env:ARCLEARN_PESTER_PATH = Join-Root 'Tests'
    $env:ARCLEARN_PESTER_RESULTS = $results
    $arguments += '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-Command', $run
    & $program @arguments
    if (-not [IO.File]::Exists($results)) {
        throw "Pester wrote no results and ended with exit code $LASTEXITCODE."
    }

    $count = [int[]]([IO.File]::ReadAllText($results) -split ' ')
    Add-Count $Total $count[0] $count[1] $count[2]
}

function Test-All {
    if ($Runtime -ne (Get-HostRuntime)) {
        throw "-Task Test runs what it builds: -Runtime can only be $(Get-HostRuntime) here."
    }

    Build-Module
    $env:ARCLEARN_SHELL = Get-ShellPath
    $null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($output, 'TestResults'))
    Test-Project Unit $total
    Test-Project Cmdlets $total
    Test-Pester $total
}

function Write-Package {
    Build-Module
    if ([IO.File]::ReadAllText((Join-Root 'ArcLearn.psd1')) -notmatch "ModuleVersion\s*=\s*'([^']+)'") {
        throw 'ArcLearn.psd1 names no ModuleVersion.'
    }

    $suffix = if ($TorchBackend -eq 'cpu') { '' } else { "-$TorchBackend" }
    $zip = [IO.Path]::Combine($output, "ArcLearn-$($Matches[1])-$Runtime$suffix.zip")
    [string[]] $files = [IO.Directory]::GetFiles($module, '*', [IO.SearchOption]::AllDirectories)
    [Array]::Sort($files, [StringComparer]::Ordinal)
    $stream = [IO.File]::Create("$zip.partial")
    try {
        $archive = [IO.Compression.ZipArchive]::new($stream, [IO.Compression.ZipArchiveMode]::Create)
        foreach ($file in $files) {
            # One order, one time, one mode: equal builds give equal bytes.
            $name = 'ArcLearn/' + [IO.Path]::GetRelativePath($module, $file).Replace('\', '/')
            $entry = $archive.CreateEntry($name, [IO.Compression.CompressionLevel]::Optimal)
            $entry.LastWriteTime = [DateTimeOffset]::new(2000, 1, 1, 0, 0, 0, [TimeSpan]::Zero)
            $entry.ExternalAttributes = 0x81A4 -shl 16
            $to = $entry.Open()
            $from = [IO.File]::OpenRead($file)
            try { $from.CopyTo($to) } finally { $from.Dispose(); $to.Dispose() }
        }

        $archive.Dispose()
    }
    finally {
        $stream.Dispose()
    }

    [IO.File]::Move("$zip.partial", $zip, $true)
    "Packed $zip ($(([IO.FileInfo]$zip).Length / 1MB -as [int]) MB)"
}

function Start-Demo {
    if ([bool]$Raster -ne [bool]$Labels) {
        throw '-Raster and -Labels belong together.'
    }

    Build-Module
    Invoke-DotnetBuild build 'Tests/Demo'
    $own = if ($Raster) { @{ Raster = $Raster; Labels = $Labels; ClassValueField = $ClassValueField } } else { @{} }
    & (Join-Root 'Tests', 'Demo', 'Demo.ps1') -Module $module -Renderer (Get-ToolPath Demo) -OutputPath ([IO.Path]::Combine($output, 'demo')) @own
}

# A console project of the tests, built for this system.
function Get-ToolPath([string] $Name) {
    Join-Root 'Tests', $Name, 'bin', $Configuration, 'net10.0', (Get-HostRuntime), "ArcLearn.$Name.dll"
}

function Start-Benchmark {
    Build-Module
    Invoke-DotnetBuild build 'Tests/Benchmarks'
    $data = if ($env:ARCLEARN_SHARED_DATA) { $env:ARCLEARN_SHARED_DATA } else { Join-Root '..', 'shared', 'data' }
    if ($Only -ne 'Accuracy') {
        & (Join-Root 'Tests', 'Benchmarks', 'Speed.ps1') -Module $module -Tool (Get-ToolPath Benchmarks) -Data $data -OutputPath ([IO.Path]::Combine($output, 'benchmark', 'speed'))
    }

    if (-not [IO.Directory]::Exists($data)) {
        "The real imagery is not here ($data; `$env:ARCLEARN_SHARED_DATA names another place): nothing was measured."
        return
    }

    if ($Only -ne 'Speed') {
        & (Join-Root 'Tests', 'Benchmarks', 'RealData.ps1') -Module $module -Tool (Get-ToolPath Benchmarks) -Data $data -OutputPath ([IO.Path]::Combine($output, 'benchmark'))
    }
}

function Clear-Output {
    Remove-Folder $output
    foreach ($group in 'src', 'Tests') {
        foreach ($project in [IO.Directory]::GetDirectories((Join-Root $group))) {
            if ($inShell -and [IO.Path]::GetFileName($project) -eq 'ArcLearn.Shell') {
                continue
            }

            Remove-Folder ([IO.Path]::Combine($project, 'bin'))
            Remove-Folder ([IO.Path]::Combine($project, 'obj'))
        }
    }

    'Removed what was built.'
}

if (-not $Runtime) {
    $Runtime = Get-HostRuntime
}

switch ($Task) {
    'Build' { Build-Module }
    'Demo' { Start-Demo }
    'Package' { Write-Package }
    'Clean' { Clear-Output }
    'Benchmark' { Start-Benchmark }
    'Test' {
        $total = @{ Passed = 0; Failed = 0; Skipped = 0 }
        Test-All
        $skipped = if ($total.Skipped) { ", $($total.Skipped) skipped" } else { '' }
        "$($total.Passed) passed, $($total.Failed) failed$skipped"
        if ($total.Failed -or -not $total.Passed) {
            exit 1
        }
    }
}
