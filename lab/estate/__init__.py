"""Typed, frozen descriptions of an emulated estate, independent of the file they come from and of what is built from them."""
