"""The names of Homeward's Kafka topics, in one place."""

HL7_RECEIVED = "hl7.received.v1"
ENCOUNTERS = "encounters.v1"
APPOINTMENTS = "appointments.v1"
RESULTS = "results.v1"
DOCUMENTS = "documents.v1"
REFERRALS = "referrals.v1"
TRANSITIONS = "transitions.v1"
TASKS = "tasks.v1"
REMINDERS = "reminders.v1"
NOTIFICATIONS = "notifications.v1"
FEEDS = "feeds.v1"

EVENT_TOPICS = (
    HL7_RECEIVED,
    ENCOUNTERS,
    APPOINTMENTS,
    RESULTS,
    DOCUMENTS,
    REFERRALS,
    TRANSITIONS,
    TASKS,
    REMINDERS,
    NOTIFICATIONS,
    FEEDS,
)


def dead_letters_of(service: str) -> str:
    """The topic where `service` (for example `worklist`) puts records it can never handle."""
    return f"{service}.dead.v1"
