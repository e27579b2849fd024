"""The catalogue as documents: a JSON Schema per fact, and AsyncAPI 3.0 of all streams."""

from inspect import getdoc
from typing import Any, Final

from shared.contracts import messaging
from shared.contracts.catalogue import EVENT_TYPES, TOPICS, Topic
from shared.contracts.envelope import Envelope, Event, schema_address

Document = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OWN_MESSAGING: Final = tuple(
    event for event in EVENT_TYPES.values() if event.__module__ == messaging.__name__
)


def schema_of(event_type: str) -> Document | None:
    """Return the JSON Schema of ``data`` of ``event_type``; None if it is not in the catalogue."""
    event = EVENT_TYPES.get(event_type)
    if event is None:
        return None
    schema = event.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": _DIALECT, "$id": schema_address(event_type), **schema}


def asyncapi_document() -> Document:
    """Return AsyncAPI 3.0 of every stream: topics, how they are kept, and what is said on them."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lệ Phí",
            "version": "1",
            "description": "Facts about phí and lệ phí of administrative dossiers. Each is a "
            "CloudEvents 1.0 event in structured JSON; the key of a record is its subject.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {topic.name: _channel(topic) for topic in _described()},
        "operations": {f"say.{topic.name}": _operation(topic) for topic in _described()},
        "components": {
            "schemas": {"Envelope": _envelope_schema()},
            "messages": {event_type: _message(event) for event_type, event in EVENT_TYPES.items()},
        },
    }


def _described() -> list[Topic]:
    """Our own topics; the province's three are described by its own contract."""
    return [topic for topic in TOPICS if _said_on(topic)]


def _said_on(topic: Topic) -> list[type[Event]]:
    own = [event for event in EVENT_TYPES.values() if event.topic == topic.name]
    return [*own, *_OWN_MESSAGING] if topic.kept else own


def _channel(topic: Topic) -> Document:
    return {
        "address": topic.name,
        "description": "Kept for good." if topic.kept else "Compacted; holds personal data.",
        "messages": {
            event.type: {"$ref": f"#/components/messages/{event.type}"} for event in _said_on(topic)
        },
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {key: _setting(topic, key) for key in sorted(topic.config)},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _setting(topic: Topic, key: str) -> int | list[str]:
    value = topic.config[key]
    return [value] if key == "cleanup.policy" else int(value)


def _operation(topic: Topic) -> Document:
    channel = f"#/channels/{topic.name}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.type}"} for event in _said_on(topic)],
    }


def _message(event: type[Event]) -> Document:
    summary, _, description = (getdoc(event) or "").partition("\n\n")
    message: Document = {
        "name": event.type,
        "summary": " ".join(summary.split()),
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "properties": {
                        "type": {"const": event.type},
                        "data": {"$ref": f"schemas/{event.type}.json"},
                    }
                },
            ]
        },
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }
    if description:
        message["description"] = " ".join(description.split())
    return message


def _envelope_schema() -> Document:
    schema = Envelope[Event].model_json_schema(by_alias=True, mode="validation")
    schema.pop("$defs", None)
    schema["properties"]["data"] = {"type": "object"}
    schema["title"] = "Envelope"
    return schema
