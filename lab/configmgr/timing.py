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
# The installation of an update. Attested for one small site: replication seen after 5 minutes, the result of the check after 10,
# the installation until 36. The times of the single steps are the lab's own.
# From the request until hierarchy manager processes it, and its work on the hidden package.
UPDATE_REQUEST = 120.0
UPDATE_SNAPSHOT = 60.0
# Sending the content to a child site, and storing it there.
UPDATE_SEND = 60.0
UPDATE_STORE = 60.0
# The update service reads its inbox after a notice; otherwise it polls.
UPDATE_NOTICE = 15.0
UPDATE_POLL = 600.0
# After a change of the flag of a package that stopped: attested as a few minutes.
UPDATE_FLAG = 300.0
UPDATE_EXTRACT = 20.0
UPDATE_CHECK = 120.0
# One step of the update service's own update, of the installation, of the post-installation.
UPDATE_SERVICE_STEP = 10.0
UPDATE_STEP = 45.0
UPDATE_POST_STEP = 15.0
UPDATE_MEDIA = 60.0
# State information between sites (replication group CMUpdates).
UPDATE_STATES = 60.0
# From the end of the check at a site until state and flag decide what follows.
UPDATE_DECISION = 90.0
# How often a blocked database upgrade is tried again, and how often an injected fault is checked.
UPDATE_BLOCKED = 300.0
UPDATE_STUCK = 30.0
# How long a server is away that restarts.
UPDATE_RESTART = 180.0
