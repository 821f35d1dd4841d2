"""``powershell.exe`` of an emulated server: Windows PowerShell 5.1 with the part of its language that a short script needs."""
