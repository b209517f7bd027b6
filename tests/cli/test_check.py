"""`flowalert check`, as a user runs it."""

from pathlib import Path

from tests.program import run_program

GOOD = "rules:\n  - {name: a, sectors: [kospi], investors: [foreign], when: msval > 0}\n"
BAD = """\
rules:
  - name: a
    sectors: [kospii]
    investors: [foreign]
    when: delta(msval) <= -300역
  - name: b
    sectors: [kospi]
    investors: [foreign]
    whne: msval > 0
"""


def test_every_error_is_printed_at_its_place(tmp_path: Path) -> None:
    """`file:line:column: what, and what instead`, all of them, and exit code 1."""
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    done = run_program("check", "bad.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "bad.yaml:3:15: unknown sector 'kospii'; did you mean kospi?",
        "bad.yaml:5:27: unknown unit '역'; units are 억 조 원 만 천주 계약 % s m h updates, as in 300억",
        "bad.yaml:6:5: the rule has no 'when'; add when:",
        "bad.yaml:9:5: unknown key 'whne'; did you mean when?",
    ]


def test_files_folders_and_the_rules_here(tmp_path: Path) -> None:
    """A file, a folder, or nothing at all for ./rules; exit code 0 where all is well."""
    (tmp_path / "rules" / "more").mkdir(parents=True)
    (tmp_path / "rules" / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "rules" / "more" / "good.yml").write_text(GOOD.replace("name: a", "name: b"), encoding="utf-8")
    for arguments in (["check"], ["check", "rules"], ["check", "rules/good.yaml", "rules/more/good.yml"]):
        done = run_program(*arguments, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "2 rules in 2 files: no errors\n")


def test_what_is_not_there_or_not_text(tmp_path: Path) -> None:
    """A missing file and one that is no UTF-8 are errors like any other, beside those of the rest."""
    (tmp_path / "binary.yaml").write_bytes(b"rules:\n  - \xff\n")
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    done = run_program("check", "gone.yaml", "binary.yaml", "good.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "gone.yaml:1:1: the file cannot be read: No such file or directory; look at its name and its rights",
        "binary.yaml:2:1: this is no UTF-8 text; save the file as UTF-8",
    ]


def test_settings_are_checked_with_their_rules(tmp_path: Path) -> None:
    """Unset variables, unknown channels and targets that are none are errors at their place; no secret is shown."""
    (tmp_path / "rules.yaml").write_text(GOOD.replace("}", ", notify: [dsk]}"), encoding="utf-8")
    (tmp_path / "flowalert.yaml").write_text(
        "feed:\n  appkey: ${FLOWALERT_TEST_UNSET}\n  appsecret: planted-secret\n"
        "channels:\n  desk:\n    targets:\n      - slak://planted-token/b/c\nrules: [rules.yaml]\n",
        encoding="utf-8",
    )
    done = run_program("check", "-c", "flowalert.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert "flowalert.yaml:2:11: the variable FLOWALERT_TEST_UNSET is not set" in done.stdout
    set_up = (tmp_path / "flowalert.yaml").read_text(encoding="utf-8").replace("${FLOWALERT_TEST_UNSET}", "a-key")
    (tmp_path / "flowalert.yaml").write_text(set_up, encoding="utf-8")
    done = run_program("check", "-c", "flowalert.yaml", folder=tmp_path)
    assert "flowalert.yaml:7:9: `slak://` is no scheme that Apprise knows; did you mean `slack://`?" in done.stdout
    assert "\nrules.yaml:2:81: unknown channel 'dsk'; did you mean desk?" in done.stdout
    assert "planted" not in done.stdout + done.stderr


def test_the_repositorys_own_rules_and_examples_are_right() -> None:
    """What a newcomer copies has no errors and no warnings."""
    root = Path(__file__).parent.parent.parent
    for folder in ("rules", "examples/rules"):
        done = run_program("check", folder, folder=root)
        assert (done.returncode, done.stdout) == (0, "")
