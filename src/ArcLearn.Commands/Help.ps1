# Makes the MAML help of the cmdlets from their doc comments: one truth for the source and for Get-Help.
# Runs in PowerShell and in ArcLearn.Shell: language and .NET calls only.
param([string] $Commands, [string] $OutputPath)

# Doc comments leave out what they have nothing to say on.
Set-StrictMode -Off

$folder = [IO.Path]::GetDirectoryName($Commands)
$context = [Runtime.Loader.AssemblyLoadContext]::new('ArcLearn help', $true)
# From bytes, into a context of their own: no file stays locked and no type is seen twice by the session.
$null = $context.LoadFromStream([IO.MemoryStream]::new([IO.File]::ReadAllBytes([IO.Path]::Combine($folder, 'ArcLearn.dll'))))
$assembly = $context.LoadFromStream([IO.MemoryStream]::new([IO.File]::ReadAllBytes($Commands)))

$docs = @{}
foreach ($member in ([xml] [IO.File]::ReadAllText([IO.Path]::ChangeExtension($Commands, '.xml'))).doc.members.member) {
    $docs[$member.name] = $member
}

$switches = @{ WhatIf = 'Says what would be done and does nothing.'; Confirm = 'Asks before each step.' }
$maml = 'http://schemas.microsoft.com/maml/2004/10'
$command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
$dev = 'http://schemas.microsoft.com/maml/dev/2004/10'

function Get-Text($node) {
    if (-not $node) { return '' }
    # The XML adapter hands an element that holds nothing but text back as a string.
    if ($node -is [string]) { return [regex]::Replace($node, '\s+', ' ').Trim() }
    $xml = [regex]::Replace($node.InnerXml, '<(?:see|paramref) (?:cref|name)="(?:[A-Z]:)?([^"]*)"\s*/>', { param($m) $m.Groups[1].Value.Split('.')[-1] })
    $xml = [regex]::Replace($xml, '</?c>', '')
    [Net.WebUtility]::HtmlDecode([regex]::Replace([regex]::Replace($xml, '<[^>]+>', ''), '\s+', ' ').Trim())
}

function Write-Paragraphs($writer, $node) {
    foreach ($para in @($node.para)) {
        $text = Get-Text $para
        if ($text) { $writer.WriteElementString('maml', 'para', $maml, $text) }
    }
}

# A parameter without a word on it is a fault of the source: the build says so.
function Get-Documentation($property) {
    $name = "$($property.DeclaringType.FullName).$($property.Name)"
    $text = Get-Text $docs["P:$name"].summary
    if (-not $text) { throw "$name has no summary, which the help is made of." }
    $text
}

function Get-TypeName($type) {
    $inner = [Nullable]::GetUnderlyingType($type)
    ($inner ? $inner : $type).Name
}

# The values that a parameter can have, where they are few and fixed.
function Get-Choice($property) {
    $type = $property.PropertyType
    $inner = [Nullable]::GetUnderlyingType($type)
    if ($inner) { $type = $inner }
    if ($type.IsEnum) { return $type.GetEnumNames() }
    $property.GetCustomAttributes($true) | Where-Object { $_ -is [Management.Automation.ValidateSetAttribute] } | ForEach-Object { $_.ValidValues }
}

# As a user would type it.
function Get-DefaultText($value) {
    if ($null -eq $value) { return '' }
    if ($value -is [array]) { return @($value | ForEach-Object { Get-DefaultText $_ }) -join ', ' }
    if ($value.GetType().Name -eq 'TileSize') { return $value.Width -eq $value.Height ? "$($value.Width)" : "$($value.Width), $($value.Height)" }
    [Convert]::ToString($value, [cultureinfo]::InvariantCulture)
}

function Get-Parameter($type) {
    foreach ($property in $type.GetProperties()) {
        $attributes = @($property.GetCustomAttributes($true))
        $declared = @($attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] })
        if ($declared) {
            @{
                Property = $property
                Declared = $declared
                Aliases  = @($attributes | Where-Object { $_ -is [Management.Automation.AliasAttribute] } | ForEach-Object { $_.AliasNames })
                Globbing = @($attributes | Where-Object { $_ -is [Management.Automation.SupportsWildcardsAttribute] }).Count -gt 0
            }
        }
    }
}

# WhatIf and Confirm are no properties of the cmdlet: the engine adds them.
function Write-Switch($writer, $name) {
    $writer.WriteStartElement('command', 'parameter', $command)
    $aliases = @{ WhatIf = 'wi'; Confirm = 'cf' }[$name]
    foreach ($pair in @(('required', 'false'), ('variableLength', 'false'), ('globbing', 'false'), ('pipelineInput', 'False'), ('position', 'named'), ('aliases', $aliases))) {
        $writer.WriteAttributeString($pair[0], $pair[1])
    }
    $writer.WriteElementString('maml', 'name', $maml, $name)
    $writer.WriteStartElement('maml', 'description', $maml)
    $writer.WriteElementString('maml', 'para', $maml, $switches[$name])
    $writer.WriteEndElement()
    $writer.WriteElementString('dev', 'defaultValue', $dev, 'False')
    $writer.WriteEndElement()
}

function Write-Parameter($writer, $parameter, $attribute, $instance) {
    $byValue = $attribute.ValueFromPipeline ? 'ByValue' : ''
    $byName = $attribute.ValueFromPipelineByPropertyName ? 'ByPropertyName' : ''
    $pipeline = ($byValue, $byName | Where-Object { $_ }) -join ', '
    $writer.WriteStartElement('command', 'parameter', $command)
    $writer.WriteAttributeString('required', "$($attribute.Mandatory)".ToLowerInvariant())
    $writer.WriteAttributeString('variableLength', "$($parameter.Property.PropertyType.IsArray)".ToLowerInvariant())
    $writer.WriteAttributeString('globbing', "$($parameter.Globbing)".ToLowerInvariant())
    $writer.WriteAttributeString('pipelineInput', ($pipeline ? "True ($pipeline)" : 'False'))
    $writer.WriteAttributeString('position', ($attribute.Position -ge 0 ? "$($attribute.Position)" : 'named'))
    $writer.WriteAttributeString('aliases', ($parameter.Aliases ? ($parameter.Aliases -join ', ') : 'none'))
    $writer.WriteElementString('maml', 'name', $maml, $parameter.Property.Name)
    $writer.WriteStartElement('maml', 'description', $maml)
    $writer.WriteElementString('maml', 'para', $maml, (Get-Documentation $parameter.Property))
    $writer.WriteEndElement()
    $isSwitch = $parameter.Property.PropertyType -eq [Management.Automation.SwitchParameter]
    $choice = @(Get-Choice $parameter.Property)
    if ($choice -and -not $instance) {
        $writer.WriteStartElement('command', 'parameterValueGroup', $command)
        foreach ($value in $choice) {
            $writer.WriteStartElement('command', 'parameterValue', $command)
            $writer.WriteAttributeString('required', 'false')
            $writer.WriteAttributeString('variableLength', 'false')
            $writer.WriteString($value)
            $writer.WriteEndElement()
        }
        $writer.WriteEndElement()
    }

    if (-not $isSwitch) {
        $writer.WriteStartElement('command', 'parameterValue', $command)
        $writer.WriteAttributeString('required', 'true')
        $writer.WriteAttributeString('variableLength', 'false')
        $writer.WriteString((Get-TypeName $parameter.Property.PropertyType))
        $writer.WriteEndElement()
    }

    $shown = $isSwitch ? 'False' : $instance -and -not $attribute.Mandatory ? (Get-DefaultText $parameter.Property.GetValue($instance)) : ''
    $writer.WriteElementString('dev', 'defaultValue', $dev, ($shown ? $shown : 'None'))
    $writer.WriteEndElement()
}

function Write-Command($writer, $type, $cmdlet) {
    $name = "$($cmdlet.VerbName)-$($cmdlet.NounName)"
    $doc = $docs["T:$($type.FullName)"]
    $instance = [Activator]::CreateInstance($type)
    $parameters = @(Get-Parameter $type)
    $added = $cmdlet.SupportsShouldProcess ? @('WhatIf', 'Confirm') : @()
    $writer.WriteStartElement('command', 'command', $command)

    $writer.WriteStartElement('command', 'details', $command)
    $writer.WriteElementString('command', 'name', $command, $name)
    $writer.WriteElementString('command', 'verb', $command, $cmdlet.VerbName)
    $writer.WriteElementString('command', 'noun', $command, $cmdlet.NounName)
    $writer.WriteStartElement('maml', 'description', $maml)
    $writer.WriteElementString('maml', 'para', $maml, (Get-Text $doc.summary))
    $writer.WriteEndElement()
    $writer.WriteEndElement()

    $writer.WriteStartElement('maml', 'description', $maml)
    $doc.remarks ? (Write-Paragraphs $writer $doc.remarks) : $writer.WriteElementString('maml', 'para', $maml, (Get-Text $doc.summary))
    $writer.WriteEndElement()

    $sets = @($parameters | ForEach-Object { $_.Declared } | ForEach-Object { $_.ParameterSetName } | Where-Object { $_ -ne '__AllParameterSets' })
    $sets = @([Collections.Generic.HashSet[string]]::new([string[]] $sets))
    if (-not $sets) { $sets = @('__AllParameterSets') }
    $writer.WriteStartElement('command', 'syntax', $command)
    foreach ($set in $sets) {
        $writer.WriteStartElement('command', 'syntaxItem', $command)
        $writer.WriteElementString('maml', 'name', $maml, $name)
        $entries = @(foreach ($parameter in $parameters) {
            foreach ($attribute in @($parameter.Declared | Where-Object { $_.ParameterSetName -in $set, '__AllParameterSets' })) {
                @{ Parameter = $parameter; Attribute = $attribute }
            }
        })
        # In the engine's order: by position, then what must be named, then the rest.
        $named = [int]::MinValue
        $ordered = @(for ($position = 0; $position -lt $entries.Count; $position++) { $entries | Where-Object { $_.Attribute.Position -eq $position } })
        $ordered += @($entries | Where-Object { $_.Attribute.Position -eq $named -and $_.Attribute.Mandatory })
        $ordered += @($entries | Where-Object { $_.Attribute.Position -eq $named -and -not $_.Attribute.Mandatory })
        foreach ($entry in $ordered) { Write-Parameter $writer $entry.Parameter $entry.Attribute $null }
        foreach ($switch in $added) { Write-Switch $writer $switch }
        $writer.WriteEndElement()
    }
    $writer.WriteEndElement()

    $writer.WriteStartElement('command', 'parameters', $command)
    foreach ($parameter in $parameters) { Write-Parameter $writer $parameter $parameter.Declared[0] $instance }
    foreach ($switch in $added) { Write-Switch $writer $switch }
    $writer.WriteEndElement()

    $writer.WriteStartElement('command', 'inputTypes', $command)
    foreach ($parameter in $parameters | Where-Object { @($_.Declared | Where-Object { $_.ValueFromPipeline }) }) {
        $writer.WriteStartElement('command', 'inputType', $command)
        $writer.WriteStartElement('dev', 'type', $dev)
        $writer.WriteElementString('maml', 'name', $maml, $parameter.Property.PropertyType.FullName)
        $writer.WriteEndElement()
        $writer.WriteStartElement('maml', 'description', $maml)
        $writer.WriteElementString('maml', 'para', $maml, (Get-Documentation $parameter.Property))
        $writer.WriteEndElement()
        $writer.WriteEndElement()
    }
    $writer.WriteEndElement()

    $writer.WriteStartElement('command', 'returnValues', $command)
    foreach ($output in $type.GetCustomAttributes([Management.Automation.OutputTypeAttribute], $false)) {
        foreach ($returned in $output.Type) {
            $writer.WriteStartElement('command', 'returnValue', $command)
            $writer.WriteStartElement('dev', 'type', $dev)
            $writer.WriteElementString('maml', 'name', $maml, $returned.Name)
            $writer.WriteEndElement()
            $writer.WriteEndElement()
        }
    }
    $writer.WriteEndElement()

    $writer.WriteStartElement('command', 'examples', $command)
    $number = 0
    foreach ($example in @($doc.example | Where-Object { $_ })) {
        $number++
        $writer.WriteStartElement('command', 'example', $command)
        $writer.WriteElementString('maml', 'title', $maml, "-------------------------- Example $number --------------------------")
        $writer.WriteElementString('dev', 'code', $dev, $example.code.Trim())
        $writer.WriteStartElement('dev', 'remarks', $dev)
        Write-Paragraphs $writer $example
        # The view ends an example without an empty line of its own.
        $writer.WriteElementString('maml', 'para', $maml, '')
        $writer.WriteEndElement()
        $writer.WriteEndElement()
    }
    $writer.WriteEndElement()
    $writer.WriteEndElement()
    if ($instance -is [IDisposable]) { $instance.Dispose() }
}

$settings = [Xml.XmlWriterSettings]::new()
$settings.Indent = $true
$settings.NewLineChars = "`n"
$null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($OutputPath))
$writer = [Xml.XmlWriter]::Create($OutputPath, $settings)
try {
    $writer.WriteStartElement('', 'helpItems', 'http://msh')
    $writer.WriteAttributeString('schema', 'maml')
    foreach ($type in $assembly.GetTypes()) {
        $cmdlet = @($type.GetCustomAttributes([Management.Automation.CmdletAttribute], $false))
        if ($cmdlet) { Write-Command $writer $type $cmdlet[0] }
    }
    $writer.WriteEndElement()
}
finally {
    $writer.Dispose()
    $context.Unload()
}
