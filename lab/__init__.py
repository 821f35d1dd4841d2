"""The emulated estate: an independent second implementation of what the collection talks to. Not shipped in it."""
