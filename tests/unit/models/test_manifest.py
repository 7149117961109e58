"""The table of releases, and how one is found."""

from __future__ import annotations

import re
import tomllib
from dataclasses import FrozenInstanceError

import pytest
from support.paths import DOCS, ROOT

from kokorod.errors import ModelMissingError
from kokorod.models import manifest
from kokorod.models.store import check_name


def test_every_release_is_named_sized_and_pinned_once() -> None:
    for release in manifest.RELEASES:
        assert check_name(release.name) == release.name
        assert release.variant in release.name
        for file in (release.model, release.voices):
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
            assert file.bytes > 1_000_000
    for attribute in ("name", "model"):
        values = [getattr(release, attribute) for release in manifest.RELEASES]
        assert len(set(values)) == len(values) == 6


def test_the_default_is_fp32_of_v1_1() -> None:
    release = manifest.find()
    assert (release.tag, release.variant) == ("model-files-v1.1", "fp32")
    assert (release.model.file, release.model.bytes) == ("kokoro-v1.0.onnx", 325_505_369)
    assert release.bytes == 325_505_369 + 28_214_398


@pytest.mark.parametrize("release", manifest.RELEASES, ids=lambda release: release.name)
def test_a_release_is_found_by_tag_and_by_content(release: manifest.Release) -> None:
    assert manifest.find(release.variant, release.tag) is release
    assert manifest.recognize(release.model.sha256) is release


def test_an_unknown_release_says_which_there_are() -> None:
    with pytest.raises(ModelMissingError, match=r"fp32, fp16, int8.*model-files-v1.1"):
        manifest.find("q4")
    with pytest.raises(ModelMissingError):
        manifest.find("fp32", "model-files-v9")
    assert manifest.recognize("0" * 64) is None


def test_a_release_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        manifest.find().tag = "other"  # type: ignore[misc]


def test_the_users_page_has_the_same_table() -> None:
    page = (DOCS / "models.md").read_text(encoding="utf-8")
    for release in manifest.RELEASES:
        assert f"| `{release.name}` |" in page
        assert f"| {release.bytes / 1e6:.1f} MB |" in page
        for tag, file in ((release.tag, release.model), ("both", release.voices)):
            assert f"| {tag} | {file.file} | {file.bytes:,} | `{file.sha256}` |" in page


def test_the_packages_are_pinned_alike_everywhere() -> None:
    pins = [part.pin for part in manifest.PACKAGED.parts]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["model"] == pins
    locked = (ROOT / "requirements-model.lock").read_text().splitlines()
    assert [line for line in locked if not line.startswith("#")] == pins


def test_the_packaged_parts_make_the_whole_of_a_release() -> None:
    packaged = manifest.PACKAGED
    assert sum(part.bytes for part in packaged.parts) == packaged.release.model.bytes
    release = manifest.recognize(packaged.release.model.sha256)
    assert release is not None
    assert (release.name, packaged.release.voices) == (packaged.release.name, None)
