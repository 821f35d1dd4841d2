"""The stages and steps of an update that the console's monitoring shows.

Stages, and the numbers marked [D], are from KB 4490424 (facts/servicing.md, section 2.3). The names and the order of the steps
follow the article's list of what the installation does; the other numbers are inferred ([I]): the list has exactly as many steps
as there are numbers between those that the logs print. Names of steps are plain descriptions, not the product's texts.
"""

from __future__ import annotations

from lab.configmgr import updates
from lab.configmgr.progress import Stage, Step

DOWNLOAD = Stage(0xA, "Download")
REPLICATION = Stage(0xB, "Replication")
PREREQUISITES = Stage(0xC, "Prerequisite Check")
INSTALLATION = Stage(0xD, "Installation")
POST_INSTALLATION = Stage(0xE, "Post Installation")
STAGES = (DOWNLOAD, REPLICATION, PREREQUISITES, INSTALLATION, POST_INSTALLATION)


def _steps(stage: Stage, *names: str) -> tuple[Step, ...]:
    return tuple(Step(stage, stage.number << 16 | place, name, place) for place, name in enumerate(names, start=1))


# All numbers [I].
DOWNLOAD_STEPS = _steps(
    DOWNLOAD,
    "Process update package",
    "Download update package content",
    "Extract update package payload",
    "Download redistributable files",
    "Report update package as downloaded",
)

# 0xb0001 is documented ([D]).
REPLICATION_STEPS = _steps(
    REPLICATION,
    "Update package content for replication",
    "Take a snapshot of the content",
    "Send the content to the site",
    "Store the content in the content library",
    "Notify the update service",
)
# Steps of replication that only a site below the top-level site has, and those that only the top-level site has.
_TO_CHILD = (0xB0003,)
_OF_TOP = (0xB0001, 0xB0002)

# [D]: 0xd0005, 0xd0006, 0xd0007, 0xd001a, 0xd001b, 0xd001d. The others [I].
INSTALLATION_STEPS = tuple(
    Step(INSTALLATION, number, name, place)
    for place, (number, name) in enumerate(
        (
            (0xD0005, "Extract update package content"),
            (0xD0007, "Prepare the update service"),
            (0xD0006, "Process redistributable files"),
            (0xD0008, "Run scripts before the upgrade"),
            (0xD0009, "Turn off SQL Server Service Broker"),
            (0xD000A, "Stop services"),
            (0xD000B, "Unload WMI providers"),
            (0xD000C, "Delete triggers of the database monitor"),
            (0xD000D, "Save site control settings"),
            (0xD000E, "Upgrade the site database"),
            (0xD000F, "Update registry values of SQL Server"),
            (0xD0010, "Update registry values of the replication component"),
            (0xD0011, "Install files"),
            (0xD0012, "Install language packs"),
            (0xD0013, "Install components"),
            (0xD0014, "Install controls"),
            (0xD0015, "Upgrade site control settings"),
            (0xD0016, "Configure SQL Server Service Broker"),
            (0xD0017, "Start WMI"),
            (0xD0018, "Install services"),
            (0xD0019, "Update the site table"),
            (0xD001A, "Update boot images"),
            (0xD001B, "Install site component manager"),
            (0xD001C, "Run scripts after the upgrade"),
            (0xD001D, "Update the Configuration Manager console"),
            (0xD001E, "Turn on SQL Server Service Broker"),
        ),
        start=1,
    )
)
EXTRACT, PREPARE, REDISTS = 0xD0005, 0xD0007, 0xD0006
STOP_SERVICES, UNLOAD_WMI, START_WMI = 0xD000A, 0xD000B, 0xD0017
DATABASE, FILES, SITE_TABLE, BOOT_IMAGES = 0xD000E, 0xD0011, 0xD0019, 0xD001A
INSTALL_SERVICES, COMPONENT_MANAGER = 0xD0018, 0xD001B

# The state of the site while a step runs (facts/site-model.md, 10.2); a step that is not here keeps the state before it.
# Which step has which state is inferred from the names of the states ([I]).
STATE_IN_STEP = {
    DATABASE: updates.UPGRADE_DATABASE,
    FILES: updates.INSTALL_FILES,
    0xD0015: updates.UPGRADE_SITE_CONTROL,
    0xD0016: updates.CONFIGURE_BROKER,
    START_WMI: updates.INSTALL_SYSTEM,
    INSTALL_SERVICES: updates.INSTALL_BASE_SERVICES,
    SITE_TABLE: updates.UPDATE_SITES,
    COMPONENT_MANAGER: updates.INSTALL_CONSOLE,
    0xD001D: updates.UPDATE_ADMIN_CONSOLE,
    0xD001E: updates.BROKER_ON,
}

# [D]: 0xe0007 to 0xe0009 are about client packages; the others [I].
POST_STEPS = _steps(
    POST_INSTALLATION,
    "Verify that SMS_EXECUTIVE is installed",
    "Verify that SMS_DATABASE_NOTIFICATION_MONITOR is installed",
    "Verify that SMS_HIERARCHY_MANAGER is installed",
    "Verify that SMS_REPLICATION_CONFIGURATION_MONITOR is installed",
    "Verify that SMS_POLICY_PROVIDER is installed",
    "Monitor replication initialisation",
    "Update the preproduction client package",
    "Update the client folder on the site server",
    "Update the client package",
    "Turn on features",
)
POLICY_PROVIDER, MONITOR_REPLICATION = 0xE0005, 0xE0006
# These wait until all sites have installed the update ([D]).
AFTER_ALL_SITES = (0xE0007, 0xE0008, 0xE0009, 0xE000A)

_BY_NUMBER = {
    step.number: step for steps in (DOWNLOAD_STEPS, REPLICATION_STEPS, INSTALLATION_STEPS, POST_STEPS) for step in steps
}


def step(number: int) -> Step:
    """The step with this number; KeyError when there is none."""
    return _BY_NUMBER[number]


def is_applicable(number: int, top: bool, primary: bool) -> bool:
    """Whether a step is done at a site ([I], except that policy provider runs at primary sites, [D])."""
    if number in _OF_TOP:
        return top
    if number in _TO_CHILD:
        return not top
    return number != POLICY_PROVIDER or primary


def expected(stage: Stage) -> tuple[Step, ...]:
    """The steps that make a stage complete. The rules of the prerequisite check are not among them."""
    return tuple(found for found in _BY_NUMBER.values() if found.stage == stage)


def stage_id(stage: Stage) -> int:
    """StageId: the high word of the numbers of the steps ([I])."""
    return stage.number
