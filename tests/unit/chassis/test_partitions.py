"""A key's partition is the one that every other Kafka client finds for it."""

from typing import Any

from aiokafka.partitioner import DefaultPartitioner

from care_chassis.kafka import partition_of


def test_a_key_has_the_partition_of_the_default_partitioner() -> None:
    default: Any = DefaultPartitioner()
    for size in (1, 6, 12):
        partitions = tuple(range(size))
        for number in range(50):
            key = f"key-{number}".encode()
            expected = default(key, list(partitions), list(partitions))
            assert partition_of(key, partitions) == expected


def test_without_a_key_any_partition_will_do() -> None:
    assert partition_of(None, (3, 4, 5)) in (3, 4, 5)
