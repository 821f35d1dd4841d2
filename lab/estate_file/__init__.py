"""Reading and checking the YAML file that describes an estate."""
