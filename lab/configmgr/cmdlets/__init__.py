"""The module ConfigurationManager of the console: its provider of drives, and cmdlets that work on the emulated sites."""
