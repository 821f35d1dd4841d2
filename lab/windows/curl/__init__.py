"""Windows' curl.exe as far as checks of a server's connections need it: same options, messages and exit codes, no network."""
