# Runs one cmdlet of the module ConfigurationManager on the server of an SMS Provider, for the collection configmgr.scp.
#
# It is the whole argument of powershell.exe -NoProfile -NonInteractive -InputFormat Text -Command "...", without its comments and in one
# line. So a statement ends with a semicolon or a brace, a comment has a line of its own, and there are no double quotes and no percent
# signs. Execution policies apply to files, so they do not apply to this text; they do apply to the files of the module.
#
# Standard input: one line of JSON with the request; then, for an account, one line with its password. Standard output: one line of JSON.
# The password becomes a SecureString without a cmdlet: what Windows logs of cmdlets includes the values of their parameters.
$ErrorActionPreference = 'Stop';
$WarningPreference = 'SilentlyContinue';
$ProgressPreference = 'SilentlyContinue';
$lines = @($input);
$request = ConvertFrom-Json -InputObject $lines[0];
$answer = @{ token = $request.token; phase = 'start'; reason = ''; local = $false };
$drive = '';
$connected = $false;
try {
    $answer.language_mode = [string]$ExecutionContext.SessionState.LanguageMode;
    if ($answer.language_mode -ne 'FullLanguage') {
        $answer.reason = 'language_mode';
        throw 'The language mode is not FullLanguage.';
    }
    $answer.powershell = [string]$PSVersionTable.PSVersion;
    if ($PSVersionTable.PSVersion.Major -ne 5 -or $PSVersionTable.PSVersion.Minor -lt 1) {
        $answer.reason = 'powershell';
        throw 'This is not Windows PowerShell 5.1.';
    }

    # The console, and its module.
    $answer.phase = 'console';
    $key = 'HKLM:\SOFTWARE\WOW6432Node\Microsoft\ConfigMgr10\Setup';
    if (Test-Path -LiteralPath $key) {
        $answer.folder = (Get-ItemProperty -LiteralPath $key).'UI Installation Directory';
    }
    if (-not $answer.folder) {
        $answer.reason = 'no_console';
        throw 'No console is installed.';
    }
    $answer.manifest = Join-Path -Path $answer.folder -ChildPath 'bin\ConfigurationManager.psd1';
    if (-not (Test-Path -LiteralPath $answer.manifest)) {
        $answer.reason = 'no_module';
        throw 'The console has no module.';
    }
    $answer.phase = 'import';
    $module = Import-Module -Name $answer.manifest -PassThru;
    $answer.module = [string]$module.Version;

    # A drive of its own: the module makes drives for sites that it remembers, with servers that may no longer be right.
    $answer.phase = 'drive';
    if ($request.providers) {
        $answer.provider = $request.providers[0];
    } else {
        $answer.provider = $env:COMPUTERNAME;
        $answer.local = $true;
    }
    foreach ($provider in $request.providers) {
        if ($provider -eq $env:COMPUTERNAME -or $provider -like ($env:COMPUTERNAME + '.*')) {
            $answer.provider = $provider;
            $answer.local = $true;
        }
    }
    $taken = @(Get-PSDrive | ForEach-Object { $_.Name });
    foreach ($name in @('SCP1', 'SCP2', 'SCP3', 'SCP4', 'SCP5', 'SCP6', 'SCP7', 'SCP8', 'SCP9')) {
        if (-not $drive -and $taken -notcontains $name) {
            $drive = $name;
        }
    }
    if (-not $drive) {
        $answer.reason = 'no_drive_name';
        throw 'All names for a drive are in use.';
    }
    $made = New-PSDrive -Name $drive -PSProvider 'CMSite' -Root $answer.provider;
    $connected = $true;
    Set-Location -LiteralPath ($drive + ':\');

    # The parameters; two of them are objects.
    $answer.phase = 'parameters';
    $parameters = @{};
    foreach ($property in $request.parameters.PSObject.Properties) {
        $parameters[$property.Name] = $property.Value;
    }
    if ($request.proxy_account) {
        $accounts = @(Get-CMAccount -UserName $request.proxy_account -SiteCode $request.site_code -DisableWildcardHandling);
        if ($accounts.Count -ne 1) {
            $answer.reason = 'no_proxy_account';
            throw 'The account for the proxy is not in the list of the site.';
        }
        $parameters['ProxyAccessAccount'] = $accounts[0];
    }
    if ($request.has_password) {
        $password = [System.Security.SecureString]::new();
        foreach ($character in $lines[1].ToCharArray()) {
            $password.AppendChar($character);
        }
        $parameters['Password'] = $password;
    }

    # From here on something may have been written.
    $answer.phase = 'cmdlet';
    switch ($request.cmdlet) {
        'Add-CMServiceConnectionPoint' { $written = Add-CMServiceConnectionPoint @parameters -Confirm:$false; };
        'Set-CMServiceConnectionPoint' { $written = Set-CMServiceConnectionPoint @parameters -Confirm:$false; };
        'Remove-CMServiceConnectionPoint' { $written = Remove-CMServiceConnectionPoint @parameters -Force -Confirm:$false; };
        'New-CMSiteSystemServer' { $written = New-CMSiteSystemServer @parameters -Confirm:$false; };
        'Set-CMSiteSystemServer' { $written = Set-CMSiteSystemServer @parameters -Confirm:$false; };
        'Remove-CMSiteSystemServer' { $written = Remove-CMSiteSystemServer @parameters -Force -Confirm:$false; };
        'New-CMAccount' { $written = New-CMAccount @parameters -Confirm:$false; };
        'Set-CMAccount' { $written = Set-CMAccount @parameters -Confirm:$false; };
        'Remove-CMAccount' { $written = Remove-CMAccount @parameters -DisableWildcardHandling -Force -Confirm:$false; };
        'Set-CMHierarchySetting' { $written = Set-CMHierarchySetting @parameters -Force -Confirm:$false; };
        default {
            $answer.phase = 'parameters';
            $answer.reason = 'no_cmdlet';
            throw 'This script does not run that cmdlet.';
        }
    }
    $answer.phase = 'done';
} catch {
    $answer.error_id = $_.FullyQualifiedErrorId;
    $answer.error_type = $_.CategoryInfo.Reason;
    $answer.error = $_.Exception.Message;
    if ($_.ErrorDetails) {
        $answer.details = $_.ErrorDetails.Message;
    }
}
try {
    if ($connected) {
        Set-Location -LiteralPath ($env:SystemDrive + '\');
        Remove-PSDrive -Name $drive -Force;
    }
} catch {
    $answer.left_drive = $_.Exception.Message;
}
ConvertTo-Json -InputObject $answer -Compress;
