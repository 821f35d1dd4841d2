"""The programs that a remote shell of an emulated server can run."""
