"""Broken inputs: good messages mutated by a seed, and a folder of kept bad ones."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.bench.arriving.feed import bodies, with_control_id

_DATA: Final = Path(__file__).parents[1] / "data" / "hl7"
_BLOCK_MARKS: Final = b"\x0b\x1c"
_FACILITY: Final = re.compile(rb"(MSH\|[^|]*\|[^|]*\|)[^|]*")
_CODE: Final = re.compile(rb"\rMSA.([AC][AER])", re.DOTALL)
_CHARSETS: Final = (
    b"ASCII",
    b"8859/1",
    b"8859/15",
    b"UNICODE",
    b"UNICODE UTF-16",
    b"ISO IR87",
    b"GB 18030-2000",
    b"BIG-5",
    b"KS X 1001",
    b"NONSENSE",
    b"~ISO IR159",
)
_Mutation = Callable[[random.Random, bytes], bytes]


def good_messages() -> list[bytes]:
    """Messages of one hospital, GHH: what a simulator makes, and samples from many systems."""
    made = [with_control_id(body, b"GOOD%d" % number) for number, body in enumerate(bodies(60))]
    samples = sorted((_DATA / "realistic").glob("*.hl7"))
    read = [path.read_bytes().replace(b"\n", b"\r") for path in samples]
    return [*made, *(_FACILITY.sub(rb"\1GHH", sample, count=1) for sample in read)]


def kept_bad_inputs() -> list[bytes]:
    """What once was trouble somewhere, one file each."""
    return [path.read_bytes() for path in sorted((_DATA / "bad").glob("*.bin"))]


def truncations(message: bytes) -> list[bytes]:
    """The message cut at every byte."""
    return [message[:end] for end in range(len(message))]


def mutations(count: int, *, seed: int) -> Iterator[bytes]:
    """`count` mutated messages, without block marks inside, so that each is one frame."""
    chance = random.Random(seed)
    good = good_messages()
    for number in range(count):
        message = chance.choice(good)
        message = re.sub(rb"GOOD\d+", b"MUT%d" % number, message, count=1)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            message = chance.choice(_MUTATIONS)(chance, message)
        yield message.translate(None, _BLOCK_MARKS)


def broken_streams(count: int, *, seed: int) -> Iterator[bytes]:
    """Messages whose blocks are broken: marks missing, doubled, misplaced, or swapped."""
    chance = random.Random(seed)
    good = good_messages()
    for number in range(count):
        inside = [
            re.sub(rb"GOOD\d+", b"STR%d-%d" % (number, n), chance.choice(good)) for n in (1, 2)
        ]
        parts = [part for one in inside for part in (b"\x0b", one, b"\x1c", b"\r")]
        for _ in range(chance.choice((1, 1, 2))):
            place = chance.randrange(len(parts))
            match chance.randrange(4):
                case 0:
                    parts[place] = b""
                case 1:
                    parts.insert(place, parts[place])
                case 2:
                    parts.insert(place, chance.choice((b"\x0b", b"\x1c", b"\r", b"noise\n")))
                case _:
                    cut = chance.randrange(len(parts[place]) + 1)
                    parts[place] = parts[place][:cut] + b"\x1c" + parts[place][cut:]
        yield b"".join(parts)


def codes_in(answer: bytes) -> list[str]:
    """MSA-1 of every acknowledgement in a block: a batch is answered by a batch."""
    return [code.decode() for code in _CODE.findall(answer)]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def _lose(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randrange(1, 40) :]


def _noise(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.randbytes(chance.randrange(1, 60)) + data[place:]


def _delimiters(chance: random.Random, data: bytes) -> bytes:
    """Other delimiters declared than used, or used than declared."""
    old, new = chance.choice(b"|^~\\&"), chance.choice(b"|^~\\&#$%!:\r ")
    start = chance.choice((0, 8, chance.randrange(len(data) + 1)))
    return data[:start] + data[start:].replace(bytes([old]), bytes([new]))


def _segments(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r")
    match chance.randrange(4):
        case 0:
            chance.shuffle(lines)
        case 1:
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
        case 2:
            lines.pop(chance.randrange(len(lines)))
        case _:
            lines[chance.randrange(len(lines))] *= 30
    return b"\r".join(lines)


def _huge(chance: random.Random, data: bytes) -> bytes:
    """A field of thousands of characters, repetitions or components; seldom hundreds of them."""
    size = chance.choice((1_000, 5_000, 5_000, 60_000))
    place = data.find(b"|", chance.randrange(len(data) + 1))
    filler = chance.choice((b"x", b"~", b"^", b"&", b"|", b"\\", b"9", b"a^b~", b"\\T\\"))
    return data[: place + 1] + filler * (size // len(filler)) + data[place + 1 :]


def _escapes(chance: random.Random, data: bytes) -> bytes:
    pieces = (b"\\E", b"\\F\\", b"\\\\", b"\\X", b"0d", b"\\.br\\", b"\\C2842\\", b"\\M", b"\\Z")
    nested = b"".join(chance.choice(pieces) for _ in range(chance.randrange(1, 200)))
    place = chance.randrange(len(data) + 1)
    return data[:place] + nested + data[place:]


def _charset(chance: random.Random, data: bytes) -> bytes:
    name = chance.choice(_CHARSETS)
    changed = data.replace(b"UNICODE UTF-8", name, 1)
    place = chance.randrange(len(changed) + 1)
    return changed[:place] + chance.randbytes(2) + changed[place:]


def _line_ends(chance: random.Random, data: bytes) -> bytes:
    return data.replace(b"\r", chance.choice((b"\n", b"\r\n", b"\n\r", b"\r\r", b"\0", b"")))


def _beginning(chance: random.Random, data: bytes) -> bytes:
    begins = (
        b"\xef\xbb\xbf",
        b"\r\n ",
        b"FHS|^~\\&|\rBHS|^~\\&|\r",
        b"\xff\xfe",
        data,
        b"MSH|^~\\&|",
    )
    return chance.choice(begins) + data


def _empty_field(chance: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\r")
    line = chance.randrange(len(lines))
    fields = lines[line].split(b"|")
    fields[chance.randrange(len(fields))] = chance.choice((b"", b'""', b"\0", b"20269999", b"^^^"))
    lines[line] = b"|".join(fields)
    return b"\r".join(lines)


_MUTATIONS: Final[tuple[_Mutation, ...]] = (
    _cut,
    _flip,
    _flip,
    _lose,
    _noise,
    _delimiters,
    _segments,
    _huge,
    _escapes,
    _charset,
    _line_ends,
    _beginning,
    _empty_field,
    _empty_field,
)
