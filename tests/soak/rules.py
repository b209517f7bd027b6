"""The settings and rules of a soak: those that come with flowalert, and some that say much, to different targets."""

from pathlib import Path

from tests.delivery.http_recorder import Recorder

_ROOT = Path(__file__).parents[2]

_SETTINGS = """\
feed:
  domain: {ws_url}
  token_url: {token_url}
  appkey: planted-key
  appsecret: planted-secret
  pace: 0
channels:
  probe: {{targets: ["json://127.0.0.1:{port}/probe"], group: false}}
  default:
    targets: ["json://127.0.0.1:{port}/default"]
    header: "edition {edition}"
  flaky:
    targets: ["json://127.0.0.1:{port}/flaky"]
    fallback: default
    rate: 60/1m
rules: ["{rules}/*.yaml", soak.yaml]
store: flowalert.db
keep: {{sessions: {kept}, export: recordings/old}}
record: {{folder: recordings, frames: true}}
log: {{format: json}}
"""

# The first is told at each slot by itself, and timed; its name is the slot's.
_RULES = """\
rules:
  - name: probe
    sectors: [kospi]
    investors: [foreign]
    when: msvolume >= 1
    mode: event
    notify: [probe]
    title: "{{{{ at }}}}"
  - name: each-move
    sectors: all
    investors: [foreign, 개인, institutions]
    when: abs(delta(msval)) >= {amount}억
    cooldown: 5m
    notify: [flaky]
  - name: leaning
    sectors: [kospi, kosdaq, futures]
    investors: [foreign, 개인]
    when: avg(delta(msval), 10m) >= {low}억
    for: 1m
    keep_firing_for: 1m
    repeat: 10m
    notify: [default, flaky]
  - name: once-$sector
    sectors: $sector
    investors: [foreign]
    when: crosses(msval, 0) and stdev(delta(msval), 20 updates) >= 0
    limit: 4/session
    notify: [flaky]
    params:
      sector: [kospi, kosdaq, etf]
  - name: opposite-{edition}
    sectors: [kospi, kosdaq]
    when: foreign.delta(msval, 5m) <= -{amount}억 and individual.delta(msval, 5m) >= {amount}억
    for: 2 updates
    notify: [flaky]
"""
BROKEN = "rules:\n  - {name: broken, sectors: [kospi], when: msval >\n"


def write_settings(folder: Path, *, ws_url: str, token_url: str, hook: Recorder, kept: int, edition: int) -> None:
    """Write settings and rules; each edition has other amounts, a rule of another name and another channel."""
    settings = _SETTINGS.format(
        ws_url=ws_url, token_url=token_url, port=hook.port, edition=edition % 3, rules=_ROOT / "rules", kept=kept
    )
    (folder / "flowalert.yaml").write_text(settings, encoding="utf-8")
    (folder / "soak.yaml").write_text(
        _RULES.format(edition=edition % 2, amount=30 + edition % 5, low=5 + edition % 3), encoding="utf-8"
    )
