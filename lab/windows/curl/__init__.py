"""Windows' curl.exe as far as checks of a server's connections need it: same options, words and exit codes, no network."""
