"""Which environment variables a service reads, found out from its settings class."""

import importlib
from collections.abc import Iterator
from typing import get_args

from pydantic import AliasChoices
from pydantic_settings import BaseSettings
from tests.architecture.house import package_of


def settings_of(service: str) -> type[BaseSettings]:
    """The settings class of a service."""
    return importlib.import_module(f"{package_of(service).name}.settings").Settings


def _variables(settings: type[BaseSettings]) -> Iterator[str]:
    """The environment variables that a settings class reads, those of its parts among them."""
    for name, field in settings.model_fields.items():
        part = _part(field.annotation)
        if part is not None:
            yield from _variables(part)
        elif isinstance(field.validation_alias, AliasChoices):
            yield str(field.validation_alias.choices[0])
        elif isinstance(field.validation_alias, str):
            yield field.validation_alias
        else:
            yield f"{settings.model_config.get('env_prefix', '')}{name}".upper()


def variables_of(service: str) -> list[str]:
    """Every environment variable that the service reads."""
    return list(_variables(settings_of(service)))


def _part(annotation: object) -> type[BaseSettings] | None:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseSettings):
            return kind
    return None
