"""What works at a site: the component managers, and the threads of the service connection point."""
