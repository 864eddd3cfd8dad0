"""The names of Homeward's Kafka topics, in one place."""

HL7_RECEIVED = "hl7.received.v1"
ENCOUNTERS = "encounters.v1"
TRANSITIONS = "transitions.v1"
TASKS = "tasks.v1"
REMINDERS = "reminders.v1"
NOTIFICATIONS = "notifications.v1"
FEEDS = "feeds.v1"

EVENT_TOPICS = (
    HL7_RECEIVED,
    ENCOUNTERS,
    TRANSITIONS,
    TASKS,
    REMINDERS,
    NOTIFICATIONS,
    FEEDS,
)


def dead_letters_of(service: str) -> str:
    """The topic where `service` (for example `worklist`) puts records it can never handle."""
    return f"{service}.dead.v1"
