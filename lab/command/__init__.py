"""``python -m lab``: the command line, and the process that it starts and controls."""
