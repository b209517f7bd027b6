"""Every dialect says what was written: nothing in a text is markup, all markup is whole, and it fits."""

import pytest
from apprise import Apprise
from hypothesis import example, given, settings, strategies as st
from msgspec.structs import replace

from flowalert.delivery.fit import Fitted, Room, Size, fit
from flowalert.delivery.markup import Dialect, choose_dialect, choose_unmarked
from flowalert.delivery.markup.column import Column, align, find_columns
from flowalert.delivery.markup.commonmark import CARD, COMMONMARK, DISCORD, UNMARKED
from flowalert.delivery.markup.hypertext import HYPERTEXT
from flowalert.delivery.markup.plain import CHAT, PLAIN, TERMINAL
from flowalert.delivery.markup.slack import SLACK
from flowalert.delivery.markup.telegram import TELEGRAM
from flowalert.delivery.message import Line, Message, Style
from flowalert.delivery.page import Page
from flowalert.engine.transition import Kind, Severity
from flowalert.language.tongue import Tongue
from tests.delivery.reader import READERS, squeeze

DIALECTS: dict[str, Dialect] = {
    "telegram": TELEGRAM,
    "mail": HYPERTEXT,
    "slack": SLACK,
    "discord": DISCORD,
    "commonmark": COMMONMARK,
    "plain": PLAIN,
}
HOSTILE = "<!channel> @everyone *x* </pre> & <b> _y_ ~z~ `c` ```` :smile: ||s|| [a](b) &lt; \\* $m$ 09:51:00 snake_case"


def room_of(limit: int) -> Room:
    def measure(title: str, body: str) -> Size:
        return Size(title=len(title), body=len(body.rstrip()), lines=1, total=len(title) + len(body.rstrip()))

    return Room(title=250, body=limit, lines=None, unit="characters", measure=measure)


def row(*cells: str) -> Line:
    return Line(style=Style.ROW, cells=cells)


def message(*lines: Line, unlisted: int = 0, tongue: Tongue = Tongue.KOREAN) -> Message:
    return Message(title="제목", lines=lines, kind=Kind.FIRED, severity=Severity.INFO, unlisted=unlisted, tongue=tongue)


def write(dialect: Dialect, *lines: Line) -> str:
    return Page(message(*lines), dialect).write()


def shown(line: Line) -> str:
    return squeeze(" ".join(line.cells) if line.style is Style.ROW else line.text)


TABLE = (row("시장", "투자자", "순매수"), row("코스피", "외국인", "🔵 -1,234억"), row("KRX", "개인", "🔴 +9억"))


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (PLAIN, "시장  투자자  순매수\n코스피  외국인  🔵 -1,234억\nKRX  개인  🔴 +9억"),
        (TERMINAL, "시장    투자자       순매수\n코스피  외국인  🔵 -1,234억\nKRX     개인        🔴 +9억"),
        (TELEGRAM, "<pre>시장    투자자       순매수\n코스피  외국인  🔵 -1,234억\nKRX     개인        🔴 +9억</pre>"),
        (SLACK, "```\n시장    투자자       순매수\n코스피  외국인  🔵 -1,234억\nKRX     개인        🔴 +9억\n```"),
        (DISCORD, "```\n시장    투자자       순매수\n코스피  외국인  🔵 -1,234억\nKRX     개인        🔴 +9억\n```"),
        (CARD, "시장  투자자  순매수  \n코스피  외국인  🔵 -1,234억  \nKRX  개인  🔴 +9억  "),
        (
            HYPERTEXT,
            (
                '<table cellspacing="0" cellpadding="4">\n'
                '<tr><td>시장</td><td>투자자</td><td align="right">순매수</td></tr>\n'
                '<tr><td>코스피</td><td>외국인</td><td align="right">🔵 -1,234억</td></tr>\n'
                '<tr><td>KRX</td><td>개인</td><td align="right">🔴 +9억</td></tr>\n</table>'
            ),
        ),
    ],
)
def test_rows_are_one_table(dialect: Dialect, expected: str) -> None:
    """Under columns as wide as Korean and emoji are, figures to the right, where letters have one width."""
    assert write(dialect, *TABLE) == expected


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (PLAIN, "코스피\n10:00 발표"),
        (CHAT, "코스피\n10:00 발표"),
        (SLACK, "*코스피*\n_10:00 발표_"),
        (TELEGRAM, "<b>코스피</b>\n<i>10:00 발표</i>"),
        (DISCORD, "**코스피**\n-# 10:00 발표"),
        (COMMONMARK, "**코스피**  \n*10:00 발표*  "),
        (HYPERTEXT, "<b>코스피</b><br />\n<small>10:00 발표</small><br />"),
    ],
)
def test_headings_and_small_print_look_it(dialect: Dialect, expected: str) -> None:
    """As each service has it; around nothing there are no marks."""
    assert write(dialect, Line("코스피", Style.HEADING), Line("10:00 발표 ", Style.NOTE)).rstrip() == expected.rstrip()
    assert write(dialect, Line(" ", Style.HEADING)).strip() in {"", "<br />"}


def test_tables_end_where_something_else_stands() -> None:
    """Each with columns of its own."""
    text = write(SLACK, row("가", "1억"), Line("사이"), row("나나나", "1,000억"))
    assert text == "```\n가  1억\n```\n사이\n```\n나나나  1,000억\n```"


def test_a_long_cell_stands_out_of_its_column() -> None:
    """It pushes no other aside."""
    columns = find_columns([["가", "1억"], ["나" * 40, "-20억"]])
    assert columns == (Column(2, right=False), Column(5, right=True))
    assert align(["나" * 40, "1억"], columns) == "나" * 40 + "    1억"


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("style", Style)
def test_what_was_written_arrives(name: str, style: Style) -> None:
    """Marks, tags, escapes and names of emoji are the characters that they are, in prose and in tables."""
    line = row(HOSTILE, "`", "```") if style is Style.ROW else Line(HOSTILE, style)
    seen = [squeeze(text) for text in READERS[name](write(DIALECTS[name], line)) if text]
    assert seen == [shown(line)]


@pytest.mark.parametrize(
    ("dialect", "written", "sent"),
    [
        (TELEGRAM, "@someone a@b.com <at user_id='all'>", "@\u200bsomeone a@b.com &lt;\u200bat user_id='all'&gt;"),
        (
            CHAT,
            "@all, foo@everyone <users/all> <@123>",
            "@\u200ball, foo@\u200beveryone <\u200busers/all> <@\u200b123>",
        ),
        (DISCORD, "<@&123456789012345678> https://a.b/@c_d", "\\<@\u200b&123456789012345678\\> https://a.b/@c_d"),
        (SLACK, "<!here> <@U123>", "&lt;!here&gt; &lt;@U123&gt;"),
        (SLACK, "> *a* b_c_d 2 * 3", "\u00ad&gt; <!date^00000000^{_}|*>a<!date^00000000^{_}|*> b_c_d 2 * 3"),
        (COMMONMARK, "1. - # 가", "1\\. - # 가"),
        (COMMONMARK, "# 가", "\\# 가"),
        (COMMONMARK, "- 가", "\\- 가"),
        (COMMONMARK, "-1,234억 +3", "-1,234억 +3"),
        (COMMONMARK, "===", "\\==="),
        (COMMONMARK, "    가", "\u00a0" * 4 + "가"),
        (COMMONMARK, "&amp; & ![a]", "\\&amp; & \\!\\[a\\]"),
        (PLAIN, "@all <at>", "@all <at>"),
    ],
)
def test_a_text_calls_nobody_and_begins_nothing(dialect: Dialect, written: str, sent: str) -> None:
    """What has no escape is parted by a character that is not seen."""
    assert write(dialect, Line(written)).rstrip() == sent


def test_a_break_within_a_line_is_none() -> None:
    """A row stays a row, whatever is in its cells."""
    assert write(PLAIN, row("가\n나", "다\r\n라")) == "가 나  다  라"


TEXT = st.text("가나a1 -,억<&>*_`~|@#!:[]().\\\n🔵", max_size=60)
LINE = st.builds(Line, TEXT, st.sampled_from([Style.TEXT, Style.HEADING, Style.NOTE])) | st.builds(
    lambda cells: Line(style=Style.ROW, cells=tuple(cells)), st.lists(TEXT, min_size=1, max_size=4)
)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(sorted(DIALECTS)), st.lists(LINE, max_size=30), st.integers(160, 900), st.integers(0, 3))
@example("slack", [Line("````" * 9)], 300, 0)
def test_any_message_fits_with_markup_that_is_whole(name: str, lines: list[Line], limit: int, unlisted: int) -> None:
    """And reads as lines of the message, whole or begun, with one that counts the others."""
    room, sent = room_of(limit), message(*lines, unlisted=unlisted)
    fitted = fit(sent, room, DIALECTS[name])
    assert room.holds(fitted.title, fitted.body)
    whole = {shown(line) for line in lines}
    for seen in filter(None, map(squeeze, READERS[name](fitted.body.rstrip()))):
        begun = seen.endswith("…") and any(line.startswith(seen[:-1].rstrip()) for line in whole)
        assert seen in whole or begun or seen.startswith("외 ")


ROWS = tuple(row(("코스피", "코스닥")[number % 2], f"{number * 7:,}억") for number in range(300))


@pytest.mark.parametrize("name", DIALECTS)
def test_a_long_table_ends_with_how_many_more(name: str) -> None:
    """Whole rows, the table closed, then the count with those that were never listed, then the small print."""
    fitted = fit(
        message(Line("순매수", Style.HEADING), *ROWS, Line("10:00 발표", Style.NOTE), unlisted=12),
        room_of(2000),
        DIALECTS[name],
    )
    heading, *kept, more, note = [squeeze(text) for text in READERS[name](fitted.body.rstrip()) if text]
    assert (heading, note) == ("순매수", "10:00 발표")
    assert kept == [shown(line) for line in ROWS[: len(kept)]]
    assert more == f"외 {312 - len(kept)}건"
    assert 1900 < len(fitted.body.rstrip()) <= 2000


def fit_plain(limit: int, *lines: Line, unlisted: int = 0, tongue: Tongue = Tongue.KOREAN) -> Fitted:
    return fit(message(*lines, unlisted=unlisted, tongue=tongue), room_of(limit), PLAIN)


def test_rows_that_were_never_listed_are_counted_in_a_message_that_fits() -> None:
    """In the channel's language."""
    assert fit_plain(900, row("가"), unlisted=3) == Fitted("제목", "가\n외 3건")
    assert fit_plain(900, row("가"), unlisted=1, tongue=Tongue.ENGLISH).body == "가\nand 1 more"


def test_prose_left_out_beside_rows_is_counted_apart() -> None:
    """What heads rows that are left out is no loss of its own."""
    lines = [row("가" * 9), row("나" * 9), Line("제목", Style.HEADING), row("다" * 9), Line("라" * 9), Line("마" * 9)]
    assert fit_plain(25, *lines).body == "가가가가가가가가가\n외 2건, 2줄"
    assert fit_plain(36, *lines, tongue=Tongue.ENGLISH).body == "가가가가가가가가가\nand 2 more, and 2 lines"


def test_a_heading_does_not_stand_last() -> None:
    """Where nothing of what it heads has room, it is left out too."""
    lines = [Line("가" * 9), Line("제목", Style.HEADING), *(row("나" * 20) for _ in range(3))]
    assert fit_plain(30, *lines).body == "가가가가가가가가가\n외 3건"


@pytest.mark.parametrize(
    ("limit", "body"),
    [
        (25, "가가가가가가가가가\n외 1줄\n나나나나나나나나나"),
        (15, "가가가가가가가가가\n외 2줄"),
        (8, "가가…\n외 2줄"),
    ],
)
def test_small_print_is_kept_beside_another_line(limit: int, body: str) -> None:
    """It goes first where there is room for one of the two alone."""
    assert fit_plain(limit, Line("가" * 9), Line("다" * 9), Line("나" * 9, Style.NOTE)).body == body


def test_a_line_too_long_for_any_message_is_begun_before_the_small_print() -> None:
    """So long as something of it is left."""
    fitted = fit_plain(30, Line("가" * 90), Line("나" * 9, Style.NOTE))
    assert fitted.body == "가" * 19 + "…\n" + "나" * 9


@pytest.mark.parametrize(
    ("url", "dialect"),
    [
        ("slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001", SLACK),
        ("slack://T0PLANTED/B0PLANTED/plantedWebhookTokenNr001?format=text", CHAT),
        ("tgram://123456789:planted_bot_token/12315544", TELEGRAM),
        ("tgram://123456789:planted_bot_token/12315544?format=markdown", COMMONMARK),
        ("discord://123456789012345678901234/abcdefghijklmnopqrstuvwxyz", DISCORD),
        ("mailto://someone:hunter2@example.com", HYPERTEXT),
        ("mailto://someone:hunter2@example.com?format=text", CHAT),
        ("mmost://127.0.0.1/aaaaaaaaaaaaaaaaaaaaaaaa", COMMONMARK),
        ("json://127.0.0.1", PLAIN),
        ("json://127.0.0.1?format=html", HYPERTEXT),
        ("ntfy://topic", CHAT),
        ("syslog://", TERMINAL),
    ],
)
def test_the_dialect_is_the_services(url: str, dialect: Dialect) -> None:
    """By its scheme, and by what its URL says of the format."""
    plugin = Apprise.instantiate(url)
    assert plugin is not None
    schemes = plugin.schemas()  # type: ignore[no-untyped-call] # apprise has no annotation here
    assert choose_dialect(schemes, plugin.resolve_format().value) == dialect


@pytest.mark.parametrize(
    ("schemes", "written", "expected"),
    [
        ({"discord"}, "text", (UNMARKED, "text")),
        ({"gchat"}, "markdown", (UNMARKED, "markdown")),
        ({"slack"}, "markdown", (CHAT, "text")),
        ({"tgram"}, "html", (CHAT, "text")),
        ({"json"}, "text", (PLAIN, "text")),
    ],
)
def test_what_apprise_splits_has_no_marks(schemes: set[str], written: str, expected: tuple[Dialect, str]) -> None:
    """Escaped all the same: here where Apprise would not, else by Apprise."""
    assert choose_unmarked(schemes, written) == expected


def test_a_title_is_on_one_line_and_escaped_where_it_shares_the_body() -> None:
    """Where it has a field of its own, the plugin escapes it."""

    def write_title(dialect: Dialect) -> str:
        return fit(replace(message(Line("가")), title="<a>\n*b*"), room_of(900), dialect).title

    assert write_title(replace(DISCORD, title=DISCORD.text)) == "\\<a\\> \\*b\\*"
    assert write_title(SLACK) == "<a> *b*"
