"""The charts' library, brought by the package's build, with an npm of the test's own."""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from flowalert.web import build_hook
from flowalert.web.build_hook import FILES, NotBrought, bring

_ROOT = Path(__file__).parents[2]
_VENDOR = "flowalert/web/static/vendor/"
# Says what it was asked for, and hands out the tarball beside it.
_NPM = """\
#!/bin/sh
echo "$@" >> "{folder}/asked"
cp "{folder}/library.tgz" ./uplot.tgz
"""


def make_tarball(words: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in (*FILES, "package/dist/more.js"):
            member = tarfile.TarInfo(name)
            member.size = len(words)
            archive.addfile(member, io.BytesIO(words))
    return made.getvalue()


def integrity_of(tarball: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an npm of its own before all others; returns the folder that it is in."""
    folder = tmp_path / "npm"
    folder.mkdir()
    program = folder / "npm"
    program.write_text(_NPM.format(folder=folder))
    program.chmod(0o755)
    (folder / "library.tgz").write_bytes(make_tarball(b"right"))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_what_was_pinned_is_kept(npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files alone, readable by all; another build finds them there and asks nobody."""
    monkeypatch.setattr(build_hook, "INTEGRITY", integrity_of(make_tarball(b"right")))
    folder = tmp_path / "static" / "vendor"
    bring(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "INTEGRITY"} == {
        Path(name).name: b"right" for name in FILES
    }
    assert folder.stat().st_mode & 0o777 == 0o755
    assert list(folder.parent.iterdir()) == [folder]
    bring(folder)
    asked = (npm / "asked").read_text().splitlines()
    assert len(asked) == 1
    assert asked[0].startswith("pack uplot@1.")
    assert "--ignore-scripts" in asked[0]


def test_another_version_is_fetched_anew(npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is one of which a file is lost."""
    folder = tmp_path / "vendor"
    monkeypatch.setattr(build_hook, "INTEGRITY", integrity_of(make_tarball(b"right")))
    bring(folder)
    (folder / "LICENSE").unlink()
    bring(folder)
    assert (folder / "LICENSE").read_bytes() == b"right"
    (npm / "library.tgz").write_bytes(make_tarball(b"newer"))
    monkeypatch.setattr(build_hook, "INTEGRITY", integrity_of(make_tarball(b"newer")))
    bring(folder)
    assert (folder / "LICENSE").read_bytes() == b"newer"


@pytest.mark.usefixtures("npm")
def test_what_was_not_pinned_is_refused(tmp_path: Path) -> None:
    """Nothing of it is kept, and nothing of what was there before."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    (folder / "uPlot.iife.min.js").write_text("old")
    with pytest.raises(NotBrought, match="and not sha512-"):
        bring(folder)
    assert not folder.exists()


def test_an_npm_that_fails_says_why(npm: Path, tmp_path: Path) -> None:
    (npm / "npm").write_text("#!/bin/sh\necho 'npm error network is unreachable' >&2\nexit 1\n")
    with pytest.raises(NotBrought, match="ended with 1: npm error network is unreachable"):
        bring(tmp_path / "vendor")


def copy_project(folder: Path) -> Path:
    project = folder / "project"
    ignored = shutil.ignore_patterns("__pycache__", "vendor")
    for name in ("flowalert", "rules"):
        shutil.copytree(_ROOT / name, project / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(_ROOT / name, project / name)
    return project


def build(project: Path, path: str) -> tuple[str, list[str]]:
    """Build a wheel; return what was said, and the names in it."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=project,
        env={"PATH": path, "HOME": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = (project / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return done.stdout + done.stderr, archive.namelist()


def test_a_wheel_has_what_was_brought(npm: Path, tmp_path: Path) -> None:
    """The library goes in though it is not kept with the code; the hook that brought it stays out."""
    project = copy_project(tmp_path)
    hook = project / "flowalert/web/build_hook.py"
    hook.write_text(hook.read_text().replace(build_hook.INTEGRITY, integrity_of(make_tarball(b"right"))))
    _, names = build(project, f"{npm}{os.pathsep}{os.environ['PATH']}")
    assert {name.removeprefix(_VENDOR) for name in names if name.startswith(_VENDOR)} == {
        "INTEGRITY",
        *(Path(name).name for name in FILES),
    }
    assert "flowalert/web/build_hook.py" not in names


def test_a_wheel_is_built_without_npm(tmp_path: Path) -> None:
    """It says what it lacks and has the rest."""
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    said, names = build(copy_project(tmp_path), str(nowhere))
    assert "there is no npm here" in said
    assert not [name for name in names if name.startswith(_VENDOR)]
    assert "flowalert/web/static/base.css" in names


def test_a_wheel_is_built_without_what_was_not_pinned(npm: Path, tmp_path: Path) -> None:
    said, names = build(copy_project(tmp_path), f"{npm}{os.pathsep}{os.environ['PATH']}")
    assert "its charts will be plain" in said
    assert not [name for name in names if name.startswith(_VENDOR)]
