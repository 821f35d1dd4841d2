"""A real Active Directory domain for an estate: Samba on a loopback address, with the estate's accounts, computers and groups."""
