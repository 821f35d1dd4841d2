"""The components of a site: the component managers, and the threads of the service connection point."""
