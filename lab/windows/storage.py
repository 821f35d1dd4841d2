"""Drives and files of one server over CIM (root/cimv2)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from lab.cim.model import Value
from lab.estate.description import Drive
from lab.windows.executable import LONGEST_LOOK, file_version
from lab.windows.machine import Machine

LOCAL_DISK = 3
_VOLUME_NAMES = uuid.UUID("6f1d1d1c-54a0-4f3b-9f38-3c1b7f3f5a10")


def logical_disks(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_LogicalDisk; sizes in bytes."""
    return [
        {
            "DeviceID": f"{drive.letter}:",
            "Name": f"{drive.letter}:",
            "Caption": f"{drive.letter}:",
            "Description": "Local Fixed Disk",
            "Access": 0,
            "FreeSpace": drive.free_bytes,
            "Size": drive.size_bytes,
            "CreationClassName": "Win32_LogicalDisk",
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": machine.name.upper(),
            "Compressed": False,
            "DriveType": LOCAL_DISK,
            "FileSystem": drive.file_system,
            "MaximumComponentLength": 255,
            "MediaType": 12,
            "VolumeName": "",
            "VolumeSerialNumber": f"{_serial(machine, drive):08X}",
        }
        for drive in machine.drives
    ]


def volumes(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_Volume; sizes in bytes."""
    return [
        {
            "DeviceID": rf"\\?\Volume{{{uuid.uuid5(_VOLUME_NAMES, machine.name + drive.letter)}}}" + "\\",
            "Name": f"{drive.letter}:\\",
            "Caption": f"{drive.letter}:\\",
            "BlockSize": 4096,
            "Automount": True,
            "BootVolume": drive.letter == "C",
            "Capacity": drive.size_bytes,
            "Compressed": False,
            "DriveLetter": f"{drive.letter}:",
            "DriveType": LOCAL_DISK,
            "FileSystem": drive.file_system,
            "FreeSpace": drive.free_bytes,
            "Label": "",
            "SerialNumber": _serial(machine, drive),
            "SystemName": machine.name.upper(),
            "SystemVolume": False,
        }
        for drive in machine.drives
    ]


def _serial(machine: Machine, drive: Drive) -> int:
    return uuid.uuid5(_VOLUME_NAMES, drive.letter + machine.name).int % 2**32


def data_files(machine: Machine) -> list[Mapping[str, Value]]:
    """CIM_DataFile: the files of the machine; WMI writes their names in lower case."""
    rows: list[Mapping[str, Value]] = []
    for full_name, size in machine.files.files():
        folder, _, file = full_name.lower().rpartition("\\")
        stem, dot, extension = file.rpartition(".")
        rows.append(
            {
                "Name": full_name.lower(),
                "Caption": full_name.lower(),
                "Description": full_name.lower(),
                "Status": "OK",
                "CreationClassName": "CIM_DataFile",
                "CSCreationClassName": "Win32_ComputerSystem",
                "CSName": machine.name.upper(),
                "Drive": full_name[:2].lower(),
                "Extension": extension if dot else "",
                "FileName": stem if dot else file,
                "FileSize": size,
                "FSCreationClassName": "Win32_FileSystem",
                "FSName": "NTFS",
                "Hidden": False,
                "LastModified": machine.files.modified(full_name),
                "Path": f"{folder[2:]}\\",
                "Readable": True,
                "System": False,
                "Version": _version(machine, full_name) if extension.lower() in ("exe", "dll") else None,
                "Writeable": True,
            }
        )
    return rows


def directories(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_Directory: the folders of the machine, without the roots of its drives; names in lower case."""
    rows: list[Mapping[str, Value]] = []
    for full_name in machine.files.all_folders():
        above, _, name = full_name.lower().rpartition("\\")
        rows.append(
            {
                "Name": full_name.lower(),
                "Caption": full_name.lower(),
                "Description": full_name.lower(),
                "Status": "OK",
                "CreationClassName": "Win32_Directory",
                "CSCreationClassName": "Win32_ComputerSystem",
                "CSName": machine.name.upper(),
                "Drive": full_name[:2].lower(),
                "Extension": "",
                "FileName": name,
                "FileType": "File Folder",
                "FSCreationClassName": "Win32_FileSystem",
                "FSName": "NTFS",
                "Hidden": False,
                "Path": f"{above[2:]}\\",
                "Readable": True,
                "System": False,
                "Writeable": True,
            }
        )
    return rows


def _version(machine: Machine, path: str) -> str | None:
    return file_version(machine.files.read_part(path, 0, LONGEST_LOOK))
