"""The compatibility rule itself: what it lets through, and what it names."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.compatibility import breaks

Schema = dict[str, Any]

_NAMES = st.sampled_from(["site", "due_at", "owner", "state", "version", "flags"])
_SCALARS: list[Schema] = [
    {"type": "string"},
    {"type": "integer"},
    {"type": "boolean"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
]


def _object(fields: dict[str, Schema], required: set[str]) -> Schema:
    return {"type": "object", "properties": fields, "required": sorted(required & fields.keys())}


_values = st.recursive(
    st.sampled_from(_SCALARS)
    | st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(
        lambda values: {"type": "string", "enum": values}
    ),
    lambda inner: (
        st.builds(_object, st.dictionaries(_NAMES, inner, min_size=1), st.sets(_NAMES))
        | inner.map(lambda schema: {"type": "array", "items": schema})
        | inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}]})
    ),
    max_leaves=8,
)
_bodies = st.builds(_object, st.dictionaries(_NAMES, _values, min_size=1), st.sets(_NAMES))


def _objects(schema: Schema) -> list[Schema]:
    """Every object in the schema, itself first."""
    found = [schema] if "properties" in schema else []
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    if "items" in schema:
        inner.append(schema["items"])
    return [*found, *(deeper for part in inner for deeper in _objects(part))]


@given(_bodies)
def test_a_schema_is_compatible_with_itself(body: Schema) -> None:
    assert breaks(body, copy.deepcopy(body)) == []


@given(_bodies, st.data())
def test_an_optional_field_may_be_added_at_any_depth(body: Schema, data: st.DataObject) -> None:
    newer = copy.deepcopy(body)
    place = data.draw(st.sampled_from(_objects(newer)))
    place["properties"]["added"] = data.draw(_values)
    assert breaks(body, newer) == []


@given(_bodies, st.data())
def test_a_new_field_must_not_be_required(body: Schema, data: st.DataObject) -> None:
    newer = copy.deepcopy(body)
    place = data.draw(st.sampled_from(_objects(newer)))
    place["properties"]["added"] = data.draw(_values)
    place["required"].append("added")
    assert [found for found in breaks(body, newer) if "added: is required now" in found]


@given(_bodies, st.data())
def test_no_field_may_be_removed_at_any_depth(body: Schema, data: st.DataObject) -> None:
    newer = copy.deepcopy(body)
    place = data.draw(st.sampled_from(_objects(newer)))
    name = data.draw(st.sampled_from(sorted(place["properties"])))
    del place["properties"][name]
    assert [found for found in breaks(body, newer) if f".{name}: was removed" in found]


@given(_bodies, st.data())
def test_no_field_may_change_its_type(body: Schema, data: st.DataObject) -> None:
    newer = copy.deepcopy(body)
    place = data.draw(st.sampled_from(_objects(newer)))
    name = data.draw(st.sampled_from(sorted(place["properties"])))
    place["properties"][name] = {"type": "number"}
    assert [found for found in breaks(body, newer) if f".{name}: was " in found]


@given(_bodies, st.data())
def test_whether_a_field_is_required_must_not_change(body: Schema, data: st.DataObject) -> None:
    newer = copy.deepcopy(body)
    place = data.draw(st.sampled_from(_objects(newer)))
    name = data.draw(st.sampled_from(sorted(place["properties"])))
    place["required"] = sorted({name} ^ set(place["required"]))
    assert len(breaks(body, newer)) == 1


def test_an_enumeration_may_grow_and_never_shrinks() -> None:
    two = _object({"state": {"type": "string", "enum": ["open", "done"]}}, set())
    three = _object({"state": {"type": "string", "enum": ["open", "done", "held"]}}, set())
    assert breaks(two, three) == []
    assert breaks(three, two) == ["body.state: 'held' is no longer allowed"]


def test_free_text_must_not_become_an_enumeration() -> None:
    free = _object({"role": {"type": "string"}}, set())
    bound = _object({"role": {"type": "string", "enum": ["nurse"]}}, set())
    assert breaks(free, bound) == ["body.role: is limited to certain values now"]


def test_a_value_that_may_be_null_is_another_type() -> None:
    always = _object({"due_at": {"type": "string", "format": "date-time"}}, set())
    sometimes = _object(
        {"due_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}}, set()
    )
    assert breaks(always, sometimes) == [
        "body.due_at: was string date-time, is null or string date-time"
    ]


def test_definitions_that_refer_to_themselves_end() -> None:
    def tree(fields: dict[str, Schema]) -> Schema:
        return {
            "$ref": "#/$defs/Node",
            "$defs": {"Node": _object({"next": {"$ref": "#/$defs/Node"}} | fields, set())},
        }

    named = tree({"name": {"type": "string"}})
    assert breaks(named, named) == []
    assert breaks(named, tree({})) == ["body.name: was removed"]
