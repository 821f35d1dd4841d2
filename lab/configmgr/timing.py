"""How long the emulated site takes, in seconds of lab time. Real sites take minutes; no durations are published (facts: gap)."""

from __future__ import annotations

# From the provider's write until hierarchy manager has processed the change (status 3306) and published it.
HIERARCHY_MANAGER = 5.0
# From there until site component manager reads the change.
COMPONENT_MANAGER = 20.0
# Installing the component server on a new remote server, and how long the bootstrap service exists during that time.
COMPONENT_SERVER = 20.0
BOOTSTRAP = 12.0
# Preparing a component (1013 to 1014), and installing its files (1014 to 1015).
COMPONENT_PREPARE = 2.0
COMPONENT_INSTALL = 6.0
# Removing one component (1020 to 1021), and the component server after the last one.
COMPONENT_REMOVE = 4.0
COMPONENT_SERVER_REMOVE = 8.0
# Failed installations are retried every 60 minutes (documented for other roles).
RETRY = 3600.0
# How soon SMS_EXECUTIVE reads a requested operation, and how long a thread takes to stop and to start.
THREAD_POLL = 2.0
THREAD_STOP = 4.0
THREAD_START = 3.0
# How often a stuck thread is checked, to see whether the fault was cancelled.
THREAD_STUCK = 10.0
# A thread that was stopped manually starts again by itself after about five minutes (one public source).
THREAD_RETURN = 300.0
# How soon after its start a crashing thread ends.
THREAD_CRASH = 2.0
# One step of a check for updates, in dmpdownloader.log; the automatic check runs every 24 hours.
CHECK_STEP = 3.0
CHECK_INTERVAL = 86400.0
# Downloading the payload of an update with its redistributable files (attested: about 20 minutes).
DOWNLOAD = 1200.0
# Between the delivery of the manifest and its extraction by hierarchy manager.
MANIFEST = 30.0
# Heartbeats of components in the component summarizer.
HEARTBEAT = 3600.0
