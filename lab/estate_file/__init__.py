"""Reading and judging the YAML file that describes an estate."""
