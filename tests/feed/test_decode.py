"""Raw frames to what they mean."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from flowalert.feed import decode as decode_module
from flowalert.feed.decode import Decoder
from flowalert.feed.frame import Control, Echo, Figures, Flaw, MarketStatus, Quarantined
from flowalert.market.series import series
from flowalert.market.venue import Venue
from tests.feed.exchange import EXAMPLE, data_frame

PLACES = [(venue, sector) for venue in Venue for sector in ("001", "301")]
NUMBERS = ("msvol", "msval", "msvolume", "mdvolume", "msvalue", "mdvalue", "p_msvol", "p_msval")


def decode_twice(raw: str | bytes) -> Any:
    """Decode with a cold and a warm decoder: the slow and the fast way must agree."""
    decoder = Decoder(PLACES)
    first = decoder.decode(raw)
    assert decoder.decode(raw) == first
    return first


def figures_of(raw: str | bytes) -> Figures:
    frame = decode_twice(raw)
    assert isinstance(frame, Figures), frame
    return frame


def flaw_of(raw: str | bytes) -> Flaw:
    frame = decode_twice(raw)
    assert isinstance(frame, Quarantined), frame
    assert len(frame.detail) < 120
    assert frame.detail.isprintable()
    return frame.flaw


@pytest.mark.parametrize("shape", [str, str.encode], ids=["text", "binary"])
def test_the_vendors_example(shape: Any) -> None:
    """The vendor's own frame is read to its figures, as text and as binary."""
    figures = figures_of(shape(data_frame()))
    assert figures.series is series(Venue.KRX, "001", "9999")
    assert figures.second == 9 * 3600 + 51 * 60
    assert figures.body.tjjtime == "09510000"
    assert [getattr(figures.body, name) for name in NUMBERS] == [int(str(EXAMPLE[name])) for name in NUMBERS]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("-0", 0),
        ("-273", -273),
        (-273, -273),
        ("+12", 12),
        (" 12", 12),
        ("12 ", 12),
        ("0012", 12),
        ("-0012", -12),
        ("", None),
        ("   ", None),
        (None, None),
        ("12.0", 12),
        ("1000000000000000", 10**15),
    ],
)
def test_figures_as_this_gateway_writes_them(written: object, meant: int | None) -> None:
    """Signs, blanks, padding, integers and nothing at all are read as what they mean."""
    assert figures_of(data_frame(msval=written)).body.msval == meant


@pytest.mark.parametrize(
    "written", ["x", "1,000", "--1", "1.5", True, [], {}, "1000000000000001", 10**400, "9" * 400, "١٢", "NaN"]
)
def test_what_is_no_number_is_quarantined(written: object) -> None:
    """Text that is no number, and numbers beyond what a float holds, are not guessed at."""
    assert flaw_of(data_frame(msval=written)) is Flaw.FIGURE


@pytest.mark.parametrize(
    ("raw", "flaw"),
    [
        ("", Flaw.NOT_JSON),
        ("{", Flaw.NOT_JSON),
        (b"\xff\xfe", Flaw.NOT_JSON),
        ("\ud800", Flaw.NOT_JSON),
        ("[" * 100_000, Flaw.NOT_JSON),
        ("[]", Flaw.SHAPE),
        ('{"header":null}', Flaw.SHAPE),
        ('{"header":{"tr_cd":"BM_","tr_key":"001"}}', Flaw.SHAPE),
        ('{"header":{"tr_cd":"JIF"},"body":{}}', Flaw.SHAPE),
        (data_frame(tr_cd="IJ_"), Flaw.STREAM),
        (data_frame(tr_cd=["BM_"]), Flaw.STREAM),
        (data_frame(tjjcode="I000"), Flaw.INVESTOR),
        (data_frame(tjjcode="017"), Flaw.INVESTOR),
        (data_frame(tjjcode="٠٠١٧"), Flaw.INVESTOR),
        (data_frame(tjjcode=17), Flaw.INVESTOR),
        (data_frame(tjjtime="0951000"), Flaw.TIME),
        (data_frame(tjjtime="24000000"), Flaw.TIME),
        (data_frame(tjjtime="09610000"), Flaw.TIME),
        (data_frame(tjjtime=9510000), Flaw.TIME),
        (data_frame(upcode="301"), Flaw.SECTOR),
        (data_frame(upcode=1), Flaw.SECTOR),
        (data_frame(tr_key="", upcode=""), Flaw.SECTOR),
        (data_frame(tr_key="900"), Flaw.UNASKED),
        (data_frame(tr_cd="NBM", tr_key="N900"), Flaw.UNASKED),
    ],
)
def test_what_fails_a_check_says_which(raw: str | bytes, flaw: Flaw) -> None:
    """Each check of the protocol has its own reason."""
    assert flaw_of(raw) is flaw


def test_a_missing_figure_is_quarantined() -> None:
    """A frame without one of its figures is no frame of the stream; a blank figure is."""
    frame = json.loads(data_frame())
    del frame["body"]["p_msvol"]
    assert flaw_of(json.dumps(frame)) is Flaw.SHAPE


@pytest.mark.parametrize(
    ("tr_cd", "tr_key", "body"),
    [
        ("NBM", "N001", {"upcode": "001"}),
        ("NBM", "N001", {"upcode": "N001"}),
        ("NBM", "001", {"upcode": "001"}),
        ("NBM", "N001", {"upcode": "", "ex_upcode": "N001"}),
        ("UBM", "U001", {"upcode": "", "ex_upcode": "001"}),
        ("UBM", "U001", {"upcode": "U001", "ex_upcode": "U001"}),
        ("BM_", "", {"upcode": "001"}),
    ],
)
def test_the_sector_is_read_with_or_without_its_prefix(tr_cd: str, tr_key: str, body: dict[str, str]) -> None:
    """The sister streams spell the sector in several ways, and all of them mean it."""
    figures = figures_of(data_frame(tr_cd, tr_key, **body))
    assert figures.series.venue.tr_cd == tr_cd
    assert figures.series.sector == "001"


def test_an_unknown_investor_is_data() -> None:
    """The exchange adds investor codes: a well-formed one is taken."""
    assert figures_of(data_frame(tjjcode="0042")).series.investor == "0042"


def test_a_place_that_is_no_longer_expected_is_quarantined() -> None:
    """What was decoded before is forgotten when the places change."""
    decoder = Decoder(PLACES)
    assert isinstance(decoder.decode(data_frame()), Figures)
    decoder.expect([(Venue.KRX, "301")])
    assert decoder.decode(data_frame()) == Quarantined(Flaw.UNASKED, "krx/001")


def test_memory_is_bounded_against_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that makes investors up cannot fill the memory; series known before go on."""
    monkeypatch.setattr(decode_module, "_SERIES", 3)
    monkeypatch.setattr(decode_module, "_SPELLINGS", 2)
    decoder = Decoder(PLACES)
    kinds = [type(decoder.decode(data_frame(tjjcode=f"{code:04}"))) for code in range(5)]
    assert kinds == [Figures, Figures, Figures, Quarantined, Quarantined]
    assert isinstance(decoder.decode(data_frame(tjjcode="0001", tjjtime="10000000")), Figures)
    assert len(decoder._series) <= 2


@pytest.mark.parametrize(
    ("header", "control"),
    [
        (
            {"tr_type": "3", "tr_cd": "BM_", "rsp_cd": "00000", "rsp_msg": "정상"},
            ("00000", "정상", "3", "BM_"),
        ),
        ({"rsp_cd": "00000", "tr_cd": None}, ("00000", "", None, None)),
        ({"rsp_cd": None, "tr_cd": "BM_", "tr_key": "001"}, ("None", "", None, "BM_")),
        ({"rsp_cd": 10001, "rsp_msg": "bad\nline"}, ("10001", "bad?line", None, None)),
    ],
)
@pytest.mark.parametrize("body", [{"body": None}, {"body": {}}, {}, {"body": EXAMPLE}])
def test_a_frame_is_control_exactly_if_it_has_rsp_cd(header: Any, control: Any, body: Any) -> None:
    """Whatever else a frame with `rsp_cd` carries, it is an answer."""
    decoder = Decoder(PLACES)
    decoder.decode(data_frame())
    assert decoder.decode(json.dumps({"header": header} | body)) == Control(*control)


def test_status_and_echo() -> None:
    """JIF and PINGPONG frames are known for what they are."""
    status = '{"header":{"tr_cd":"JIF","tr_key":"0"},"body":{"jangubun":"1","jstatus":"21"}}'
    assert decode_twice(status) == MarketStatus("1", "21")
    ping = '{"header":{"tr_cd":"PINGPONG"}}'
    assert decode_twice(ping) == decode_twice(ping.encode()) == Echo(ping)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.text() | st.binary())
def test_decoding_never_raises_on_bytes(raw: str | bytes) -> None:
    """Whatever comes is answered with a value."""
    assert isinstance(Decoder(PLACES).decode(raw), Quarantined | Echo | Control | MarketStatus | Figures)


@given(st.sampled_from([*EXAMPLE, "ex_upcode"]), JSON, st.sampled_from(["BM_", "NBM", "JIF", "PINGPONG"]))
def test_decoding_never_raises_on_frames_with_a_strange_field(name: str, value: object, tr_cd: str) -> None:
    """One strange field makes a value too, and never a figure out of bounds."""
    raw = json.dumps({"header": {"tr_cd": tr_cd, "tr_key": "001"}, "body": EXAMPLE | {name: value}})
    frame = decode_twice(raw)
    if isinstance(frame, Figures):
        numbers = [getattr(frame.body, each) for each in NUMBERS]
        assert all(number is None or abs(number) <= 10**15 for number in numbers)


@given(st.dictionaries(st.sampled_from(["tr_cd", "tr_key", "rsp_cd", "rsp_msg", "tr_type"]), JSON))
def test_decoding_never_raises_on_strange_headers(header: dict[str, object]) -> None:
    """The same for headers."""
    decode_twice(json.dumps({"header": header, "body": EXAMPLE}))


@given(st.sampled_from(NUMBERS), st.integers(-(10**15), 10**15), st.sampled_from(["{}", " {}", "{} ", "{}.0"]))
def test_every_whole_number_is_read_as_itself(name: str, number: int, form: str) -> None:
    """A number is the same however this gateway writes it, on the fast way and on the slow one."""
    assert getattr(figures_of(data_frame(**{name: form.format(number)})).body, name) == number
    assert getattr(figures_of(data_frame(**{name: number})).body, name) == number
