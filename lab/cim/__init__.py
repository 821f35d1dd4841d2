"""A CIM repository: MOF, instances, WQL, and how Windows writes them over WS-Management."""
