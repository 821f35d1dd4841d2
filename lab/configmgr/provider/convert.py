"""Site control rows to CIM instances and back, without loss."""

from __future__ import annotations

from lab.cim.model import Instance, NameMap, Value
from lab.configmgr.database import ControlRow, EmbeddedList, EmbeddedProperty
from lab.configmgr.provider.base import Place

_KEYS = ("FileType", "ItemName", "ItemType", "SiteCode")


def to_instance(place: Place, row: ControlRow) -> Instance:
    """The row as an instance of its class; lazy properties stay null."""
    values: dict[str, Value] = {
        "FileType": row.file_type,
        "ItemName": row.item_name,
        "ItemType": row.item_type,
        "SiteCode": row.site_code,
        **dict(row.values.items()),
    }
    if row.props is not None:
        values["Props"] = [
            place.new(
                "SMS_EmbeddedProperty",
                ItemType=prop.item_type,
                PropertyName=prop.name,
                Value=prop.value,
                Value1=prop.value1,
                Value2=prop.value2,
            )
            for prop in row.props
        ]
    if row.prop_lists is not None:
        values["PropLists"] = [
            place.new(
                "SMS_EmbeddedPropertyList",
                ItemType=entry.item_type,
                PropertyListName=entry.name,
                Values=None if entry.values is None else list(entry.values),
            )
            for entry in row.prop_lists
        ]
    return place.new(row.class_name, **values)


def to_row(instance: Instance, before: ControlRow | None = None) -> ControlRow:
    """The instance as a row. Properties that only the site writes (read-qualified, not keys) keep the values of ``before``."""
    values: NameMap[Value] = NameMap()
    for prop in instance.cls.properties.values():
        if prop.name in _KEYS or prop.name in ("Props", "PropLists"):
            continue
        kept = prop.qualifiers.get("read") or prop.name == "RoleCount"
        if kept:
            values[prop.name] = None if before is None else before.values.get(prop.name)
        else:
            values[prop.name] = instance[prop.name]
    return ControlRow(
        class_name=instance.cls.name,
        file_type=instance["FileType"],
        item_name=instance["ItemName"] or "",
        item_type=instance["ItemType"] or "",
        site_code=instance["SiteCode"] or "",
        values=values,
        props=_props(instance),
        prop_lists=_lists(instance),
    )


def _props(instance: Instance) -> tuple[EmbeddedProperty, ...] | None:
    if "Props" not in instance.cls.properties or instance["Props"] is None:
        return None
    return tuple(
        EmbeddedProperty(item["PropertyName"] or "", item["Value"], item["Value1"], item["Value2"], item["ItemType"])
        for item in instance["Props"]
    )


def _lists(instance: Instance) -> tuple[EmbeddedList, ...] | None:
    if "PropLists" not in instance.cls.properties or instance["PropLists"] is None:
        return None
    return tuple(
        EmbeddedList(item["PropertyListName"] or "", None if item["Values"] is None else tuple(item["Values"]), item["ItemType"])
        for item in instance["PropLists"]
    )
