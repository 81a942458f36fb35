; Made into pos-terminal-@VERSION@-setup.exe by Inno Setup 6 (ISCC). The store's data in ProgramData and in the users'
; folders is no part of this set-up: neither an upgrade nor an uninstall touches it.
[Setup]
AppId={{6E7D9D0B-4C1B-4E52-9A0B-52D1D6C0B3A7}
AppName=Point of Sale
AppVersion=@VERSION@
VersionInfoVersion=@VERSION@
AppPublisher=@PUBLISHER@
DefaultDirName={autopf}\PosTerminal
DisableProgramGroupPage=yes
PrivilegesRequired=admin
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
OutputDir=@OUTPUT@
OutputBaseFilename=pos-terminal-@VERSION@-setup
Compression=lzma2
SolidCompression=yes
CloseApplications=yes
RestartApplications=no
MinVersion=10.0
#ifdef SignTool
SignTool={#SignTool}
SignedUninstaller=yes
#endif

[Files]
Source: "@PROGRAM@\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[InstallDelete]
; Modules of an earlier version must not be found beside the new ones.
Type: filesandordirs; Name: "{app}\_internal"

[Tasks]
Name: autostart; Description: "Start the checkout when somebody signs in to this till"

[Icons]
Name: "{commonprograms}\Point of Sale"; Filename: "{app}\pos-terminal.exe"
Name: "{commonstartup}\Point of Sale"; Filename: "{app}\pos-terminal.exe"; Tasks: autostart

[Run]
Filename: "{app}\pos-terminal.exe"; Parameters: "selftest"; StatusMsg: "Checking the installation ..."; Flags: runhidden
