"""The emulated estate: an independent second implementation of what the collection manages. Not in the built collection."""
