"""Setting up the hierarchies of an estate on its machines, in the state that the estate file describes."""
