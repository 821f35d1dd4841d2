"""A running estate: its servers with their listeners, who may do what on them, and the faults that are injected into requests."""
