"""How a site installs an update: replication, prerequisite check, installation, post-installation (facts/servicing.md)."""
