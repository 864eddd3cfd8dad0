"""The list of topics holds what the contracts name."""

from care_contracts.topics import EVENT_TOPICS, dead_letters_of
from care_devstack.services import SERVICES
from care_devstack.settings import CHECKOUT
from care_devstack.topics import read_topics


def test_every_topic_of_the_contracts_is_listed_with_six_partitions() -> None:
    listed = {topic.name: topic for topic in read_topics(CHECKOUT / "deploy/kafka/topics.yaml")}
    assert {name: listed[name].partitions for name in EVENT_TOPICS} == dict.fromkeys(
        EVENT_TOPICS, 6
    )


def test_every_service_has_one_partition_for_its_dead_letters() -> None:
    listed = {topic.name: topic for topic in read_topics(CHECKOUT / "deploy/kafka/topics.yaml")}
    dead = [dead_letters_of(service) for service in SERVICES]
    assert {name: listed[name].partitions for name in dead} == dict.fromkeys(dead, 1)
    assert set(listed) == {*EVENT_TOPICS, *dead}
