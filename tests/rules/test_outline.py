"""Which lines of a file a rule takes."""

from flowalert.rules.document import Document
from flowalert.rules.outline import find_text, outline

TEXT = """\
# of the file
rules:
  - name: first
    when: msval > 1
  # about the second
  - name: second   # here
    when: |
      msval > 2

      and msval < 9

  - {name: third, when: msval > 3}
# about the defaults
defaults:
  sectors: [kospi]
"""


def test_each_rule_has_its_lines() -> None:
    """Without what stands behind it, and with what its text has inside."""
    document = Document("a.yaml", TEXT)
    assert outline(document) == [(3, 4), (6, 10), (12, 12)]
    assert find_text(document.source, outline(document), 8).splitlines() == TEXT.splitlines()[5:10]
    assert find_text(document.source, outline(document), 5) == ""


def test_rules_in_one_line_share_it() -> None:
    """Of a file that is written as JSON."""
    assert outline(Document("a.yaml", '{"rules": [{"name": "a"}, {"name": "b"}]}')) == [(1, 1), (1, 1)]


def test_what_is_no_rule_file_has_no_rules() -> None:
    """Broken, empty, or something else."""
    for text in ("", "rules: [", "rules: 3", "- a", "tests: []"):
        assert outline(Document("a.yaml", text)) == []
