"""Until when a certificate in a file is good."""

import datetime as dt
import ssl

_SEQUENCE, _VERSION = 0x30, 0xA0
_UTC_TIME = 0x17
# Serial number, algorithm and issuer stand before the validity. Source: RFC 5280, 4.1
_BEFORE_VALIDITY = 3


def read_end(pem: str) -> dt.datetime:
    """Return until when the first certificate of a PEM text is good; raises ValueError for what is none."""
    begin, end = pem.find(ssl.PEM_HEADER), pem.find(ssl.PEM_FOOTER)
    if begin < 0 or end < begin:
        raise ValueError("there is no certificate in it")
    try:
        return _find_end(ssl.PEM_cert_to_DER_cert(pem[begin : end + len(ssl.PEM_FOOTER)]))
    except IndexError:
        raise ValueError("the certificate is cut off") from None


def _find_end(der: bytes) -> dt.datetime:
    signed, _ = _open(der, 0)
    body, _ = _open(der, signed)
    place = body
    if der[place] == _VERSION:
        place = _skip(der, place)
    for _ in range(_BEFORE_VALIDITY):
        place = _skip(der, place)
    first, _ = _open(der, place)
    last = _skip(der, first)
    begin, length = _open(der, last)
    text = der[begin : begin + length].decode("ascii")
    # Years before 2050 are written with two digits.
    century = "20" if der[last] == _UTC_TIME else ""
    return dt.datetime.strptime(f"{century}{text}", "%Y%m%d%H%M%SZ").replace(tzinfo=dt.UTC)


def _open(der: bytes, place: int) -> tuple[int, int]:
    """Return where the content of an element begins, and its length."""
    length = der[place + 1]
    if length < 0x80:
        return place + 2, length
    size = length & 0x7F
    return place + 2 + size, int.from_bytes(der[place + 2 : place + 2 + size])


def _skip(der: bytes, place: int) -> int:
    begin, length = _open(der, place)
    return begin + length
