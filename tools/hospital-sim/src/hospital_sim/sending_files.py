"""Sends the messages of a file and says, in plain words, what the receiver made of each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from hospital_sim.files import control_id_of, messages_in
from hospital_sim.mllp import Answer, MllpConnection, NoAnswer

_MEANINGS = {
    "AA": "accepted",
    "CA": "received and kept",
    "AE": "refused (AE, application error)",
    "AR": "refused (AR, application reject)",
    "CE": "not kept (CE, commit error)",
    "CR": "not kept (CR, commit reject)",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message of a file."""

    name: str
    """Its control id, or its place in the file."""
    accepted: bool
    words: str


async def send_messages(content: bytes, connection: MllpConnection) -> AsyncIterator[Outcome]:
    """Send the messages of a file one after the other over one connection."""
    try:
        for number, message in enumerate(messages_in(content), start=1):
            control_id = control_id_of(message)
            name = control_id or f"message {number}"
            try:
                answer = await connection.exchange(message, control_id)
            except NoAnswer as error:
                yield Outcome(name, accepted=False, words=f"no answer: {error.why}")
            else:
                yield Outcome(name, accepted=answer.positive, words=in_words(answer))
    finally:
        await connection.close()


def in_words(answer: Answer) -> str:
    """An acknowledgement as one would say it."""
    meaning = _MEANINGS.get(answer.code, f"answered {answer.code or 'without an MSA segment'}")
    return f"{meaning}: {answer.text}" if answer.text else meaning
