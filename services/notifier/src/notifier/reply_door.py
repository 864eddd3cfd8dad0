"""`POST /texts/replies`: where the gateway brings what patients answer to texts."""

from hmac import compare_digest
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from care_chassis.errors import TransientError
from notifier.heed_replies import HeedReplies


class Reply(BaseModel):
    """An answer, as the gateway brings it; what else it knows of it is not read."""

    model_config = ConfigDict(frozen=True)

    number: str = Field(alias="from", max_length=32)
    text: str = Field(max_length=2000)


class Heeded(BaseModel):
    """What was made of an answer."""

    model_config = ConfigDict(frozen=True)

    stopped: bool
    """Whether it asks for no more texts; there will be none to that number then."""


def reply_door(heed_replies: HeedReplies, token: str) -> APIRouter:
    """The door for answers; without a token there is none."""
    router = APIRouter()
    if not token:
        return router

    @router.post("/texts/replies")
    async def take_reply(  # pyright: ignore[reportUnusedFunction]
        reply: Reply, authorization: Annotated[str, Header()] = ""
    ) -> Heeded:
        if not compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
        try:
            return Heeded(stopped=await heed_replies.heed(reply.number, reply.text))
        except ValueError as error:
            raise HTTPException(
                HTTPStatus.UNPROCESSABLE_ENTITY, "`from` is no telephone number"
            ) from error
        except TransientError as error:
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "Bring it again later") from error

    return router
