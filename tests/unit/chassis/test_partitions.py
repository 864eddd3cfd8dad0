"""A key's partition is the one that every other Kafka client finds for it."""

from typing import Any

from aiokafka.partitioner import DefaultPartitioner

from care_chassis.kafka import partition_of


def test_a_key_has_the_partition_of_the_default_partitioner() -> None:
    default: Any = DefaultPartitioner()
    for size in (1, 6, 12):
        partitions = list(range(size))
        for number in range(50):
            key = f"key-{number}".encode()
            expected = default(key, partitions, partitions)
            assert partition_of(key, partitions, partitions[:1]) == expected
            assert partition_of(key, partitions, []) == expected


def test_without_a_key_any_partition_that_is_there_will_do() -> None:
    assert partition_of(None, [0, 1, 2], [2]) == 2
