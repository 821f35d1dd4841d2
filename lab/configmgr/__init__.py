"""An emulated Configuration Manager site: SMS Provider, component manager, threads, logs, status messages, updates."""
