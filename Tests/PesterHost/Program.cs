using Microsoft.PowerShell;

// PowerShell itself, with the modules of its SDK and Pester, for machines that have none.
return ConsoleShell.Start(bannerText: null, helpText: null, args);
