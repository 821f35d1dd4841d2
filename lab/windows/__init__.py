"""An emulated Windows server: Win32 and registry providers, services, shell programs."""
