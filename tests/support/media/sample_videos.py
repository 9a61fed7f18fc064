"""Small videos in formats that the tests cannot write, and ways to make a video odd."""

import base64
import struct
import zlib

# Eight gray frames of growing brightness, 20, 40, 60 ...; made with FFmpeg 8, zlib, base64.
CODED = {
    "H.264 of varying rate": (
        "eNpjYGBQSCupLMgszs9lYGBiANFAbJRYlmyYW2BiyMDAwJFWlJoKpJfnpiSWAGm51I4WBuH//75v7G/0PWDo"
        "Ot2qq0r+cGxj3pJbIp4d5kAVfI6zlJMf1DEHsu7/d20lH1CE03GeY0XTf4Z5jSADGeclZTnGM0YD2RKOs9K8"
        "VzgJRCl+sGdcyPxBskFh+f9/16boAuW4Hee1uArqiCO0Lc1y9GcC2SDuOGs5SFs0UBtTCv+BCUyc//9ttYxk"
        "YGA+kJufXwZUkpNblpHCgAKYXwANfcXAyABCCMCIqgqd78CAFzAB0auSosRsIDumJBtsJzOmaUB7GfDbg9Ve"
        "EGEA5qqkppQUA2mZ1JziEoQOkLmcCRC9TEm5KZmJQIZCbgq63+0aGBgOHgg9AuboZqTkFMFkyjJTUpFVhgH5"
        "+R6JeSk5qSA1TLy5mXlpQIZIWS7YUGRnqqRA5GRSilLTkLzBU1qUowBhM54tLknKAbLXFpcUpyCpmQtKYziC"
        "AuRxAwYPIO2BUwU6kPj/H0gaA011Zkxh4Pr/kEEsHUivuelSJQCKEiBRy/BRKTKBkYEt4/Xj00oH/v74AdIo"
        "klRSBA1RphqoYQHFJeDQBgEOiPVsDhCaWQE7XwZKuxzAok4E6PliJK+AcEAyhh3AmATTGguw29GWgN0Ob5AZ"
        "MkA7ktHsgJrLYAKUq0IKLJC4EhALATEvKMJA+oGYH8qWhrg5OR/JPFA6TCpNKQGlsKjcVDANAorIqQmYAosS"
        "CwpykGNGNxOSZFVXluSDDJQFFiSJsDj1SSxLMzPSMwQiAyMAD6WwOA=="
    ),
    "H.265 10-bit": (
        "eNpjYGCQSSupLMgszs9lYGBiANFAbJRbYGLIwMDAkVaUmgqkN+SmJJYAaUENxvWCDS+ar/+/rbTw5Ppc3QaQ"
        "IBPjDc465RctZ/9/Pb3B7V7aBqCgGBPjBcnrXwUOdji8de3adufthZuNm9cvAcpwMzA+cNv/VeJIb30DVKHG"
        "1Pg7zowdDl8l9s1/s1+sqLflH1CGB6iwSbf+TrIBRKU4UKXF1tC/RwwkWr5KzPB57nx0zuJE+wao0kO64d8l"
        "zoCVMt/Jzc8vA4rn5JZlpDCgAOYXDAzsVgyMDCCEAIyoqtD5Dgx4ARPQXLaSosRsIDumJBtsJzOmaUB7GfDb"
        "g9VeEGEA5qqkppQUA2mZ1JziEoQOkLnyDhC9THW5KZmJQIZCbgq63+2AYVO8IPQImKObkZJTBJMpy0xJRVYZ"
        "BuTneyTmpeSkgtQwaeZm5qUBGSJluWBDkZ2pkgKRk0kpSk1D8gZPaVGOAoTN+LK4JCkHyH5bXFKcgqTmbkZq"
        "mSGOoAB53IDBA0h74FSBDiT+/weSxRllyc6MTCDLJ4CF5T4w/Pn76xcDAz+zAtAUCQdGHsb//0EKmEEqmEFI"
        "buoETkWgpLoTIyOazAKFZuHUqZOenHrWAEpdDECClUUJqJbNhfFg8YVOUMAklRRBY4TpGtQxCsUl4NiCphAG"
        "dqD9CyDeYAPFqQgwMIqRvMYIFkspKQBrFhCQAEGQ95MR5rBDzJJ3gKjXewChYebi5csA7UtGs48DSpsA5aqQ"
        "AhIkLgrFUkDMD6UFgFgaSgPdn5yPZJ4OECeVppSAUl9UbiqYBgFF5JQGTJ1FiQUFOcixppsJSc6qK0vyQQbK"
        "AkubRFh8+ySWpZkZ6RkCkYERAGZbxFo="
    ),
    "AV1": (
        "eNqTcr2/eLFTWyOj03cg/tTI4vS5kcOpqSM3saQovzg70akdKNTayCQR3JDOyAACTFcFfWeXHNjf4n5Ctcx3"
        "d3fw6hZRz5VpwWsaF0J4YiHrsoG8j767e4A8oZDD6cFrmhgTIFyZ4N1AySamnW8gpjEEM1AfgNxzen+LR8eX"
        "J1rXNzbzOzn4NvT6JJalmRnpGQKRgVG4Iyq/eMmEZ8XrMqy4b05++0SX57o7u49LZ4fDnBdg80A+erW/pYHt"
        "FfM6qLOjrzcyFh/tUHjN7TH1QF3TnEYGpa1zmkvzUjoaGdpaw+IdwwybGxmVHze3sH59yPCga0Ojw65Gh5BN"
        "jSyh7xoZYJ5nYmBIXjShkYGHgYsLxF3/vyGegQMUZPf2t/T0rT1WXLwg+UBD+olZrovbXf2c/V1cg1za0Zxe"
        "vCn5QHcywi3pJxa6Lu5wCQ1yDPH093Npn2xgYAVChnoWpgYQwCDvvK3U4cP+lhnH5bqfNzIsXtjIwNAAc0Nn"
        "vAKHEb8Aw4YmVhGFRqAjp549+2DxkUaGXwxGIhosDCqTPEV7GAoP8ygwCDAw6G61MRLWYGJkmcQAFGVgZGBs"
        "YJCIjF9hJGzAzMCpcltbAuRPZgYGqbcHHRa3NzJ+YZBi3LF4ZiPTOwagGjYG3m0M6GqYXwDVdCxe28jyCKhG"
        "g43BgYEBycrtLUZCBlzAwPOEa2Q4rgHUx3oHqG/G4umNbNcYjAQN+FhYJkGVAB1W5A5KfNP3t0i/yojZ3b+5"
        "kWF7FzDRf2xiPPyhkRMAEgvsiQ=="
    ),
    "VP9 of an odd size": (
        "eNqTcr2/eL5TWyOj03cg/tTI4vS5kcOpqaU8NSnXqb2Ryam1kUkiuCGdkQEEmCoFfWeX7PLd3R28ukXUc2Va"
        "8JrGhRCeWMi6bCDvhu/uHiBPKORwevCaJkZpCFcmeDdQsokp+Q3EHIZIBloBkKs2aV3f2Mzv5ODb0OuTWJZm"
        "ZqRnCEQGRuGOqHyXzg6HOS/A2kDO37cO6jrT642MxUc79nMszcz7sn7KnEYGpa1zmkvzUjoaGdpaw+LDAiyb"
        "GxmVHze3sH59yPCgbUOj/a5GfZCfbxQXL0g+0JB+Ypbr4nZXP2d/F9cgl3ZUW4uLNyUf6E5GmJ9+YqHr4g6X"
        "0CDHEE9/P5f2yQYGViBkqGdhagABDPLO20odnj5vZFi8qJGBoaHJs9mJgfkB0zMGCxUZCS8GBoMEBgbh/f//"
        "3FUAun/xrEaGXwxtDA6TPjA6MDDwAOUYjf//W/0DIsf4BSpn3QCXi82AyDG9w9D35/wCkNzMRuYXUDlTuNz3"
        "FJDUjEaWR+jaTjdAZFjvoFt2pQFiHNs1DKs6Qa4HJZaJu/s3NzJs7wImyo9NjBUfGpkBtdPSJw=="
    ),
}
# Four gray frames of H.264, each made of two fields.
INTERLACED = (
    "eNp9VU2IHEUU7pnZrPEHzGGjK6xQMSsIZma6e2Yn2YGGWdbgCAl4MQcR2+qq6ulmurtqq2pmZ3IxiZc9eBQPHgJBL6"
    "KyHgTxEPQgeFA8ibggRi/+XOJNFySOr3pmsr2rppiq9+q9771X79WrHsuyUKjHIlY8tayyZShMFw+Jk4qmY1nW8VAy"
    "ZlmVp1OKNWB2F49NJu99f/63mz/vdT9+88x3aO/07d9HbquJqohwyZADrGzY62sowIw1bRsU3RoA6hefP/9stYk2Lm"
    "0CkjICik0uxgkLNXJtu1F1bdcFYaS1aNfr29vbtWFMGU9wVuOyVzdRapFOE8BwoWOeqTYiOMDEc5BkoddAlAUJJ33P"
    "adttG+EMJ2PFPHvUaNsjx2mglHkRGyE1CIA7i4QagymsvqSeU7PBCBaUxiNGfePRAQtf4qzHPKeFSCR5in0wdZCWLE"
    "liBdy50TlKNDBkK/VsOAKml3nGPNc54zgoxEr7QvVjYRBTB1vC52GomPaqLtKRBAvluSjhvI8j2PhzmYNUEhN2ILBR"
    "JvMYJE6xNueIM81kggHk6TBEQTKQeOwTngqsAUmgSFriOAMnAJUYZEEoccoUlCvwxRj4mEL0wMcUC5NH4AcxNrFoLF"
    "me2TaLe5EOgOOCZX6PC9BOhYbrszH49ty1OeunceY1kSIsY2SgvaaN8uCmppKpCGwk8e/ma/SSeESGKA2gsCYv2Hhu"
    "o2ajLZOLZ9dawArjN6d45LXWgVGaCYgUC7gl6Ai4RPCFt6ABzHVaV6CFjy2WSq5hENu59mCp/sefH9y62rr21dJzn/"
    "iVN1774s4rwUfkl29uvnq1CH5g461TP2w8/PftG18XxfdvXO/c2jk9Kd93SFq6jl9+58Sk/C08lSDlfAjCJB1G1Do0"
    "Kr/ms2SZ38EoHUYd3Xese44y/F6H4vaBf0n385iVf3szse8d5z/jdu4eYJVRrYCusETpAwvjF81sywspjbEpdUqP5j"
    "519MLn+aYa0UTONeaRF5GXzKPv4owmzGBKu3DrITBLwzR3WjzmKp3qVii0ViGNhwYyQVO+xJUOEuA/VVrRAmbXfOf+"
    "pxTmrB2rC7Q7R5y8APi19VrjbM2Bj0QSB+aDVLBYnkxgXQPUZolaJyc/Wcs9oO/vPXPxyo65k+Nm6ezfuPBhyVqM/n"
    "r7yyc+u7O/b0xPCKzE7BhmLsEzmNX4seXptJaVzus/P+4CmBl+CdIqys18ihxgK1MZmuk7s57JbVfAlhyxXZjRVdBd"
    "LqQH8vKPQB+F+chsQmzCC/Y2zGBAtemBF1OWUzNOFe8bekRiIZJitavxtKmefFdz4/Bx+LvB83uBwodQeDcv/D+Dwo"
    "Mw"
)
# The times of the frames of the other videos, in milliseconds.
VARYING = (0, 100, 150, 600, 1700, 1750, 2300, 2950)
EVEN = tuple(range(0, 2000, 250))


def decode_sample(name: str) -> bytes:
    return zlib.decompress(base64.b64decode(CODED[name]))


def decode_interlaced() -> bytes:
    return zlib.decompress(base64.b64decode(INTERLACED))


# Display matrices of ISO/IEC 14496-12: a, b, c and d of (x, y) -> (ax + cy, bx + dy).
TURNS = {
    "right": (0, 1, -1, 0),
    "left": (0, -1, 1, 0),
    "around": (-1, 0, 0, -1),
    "mirrored": (-1, 0, 0, 1),
    "upside down": (1, 0, 0, -1),
    "mirrored and right": (0, -1, -1, 0),
    "mirrored and left": (0, 1, 1, 0),
}


def turn_right(mp4: bytes) -> bytes:
    """Mark a video as one of a phone held upright: players turn it by 90 degrees."""
    return turn_matrix(mp4, *TURNS["right"])


def turn_matrix(mp4: bytes, a: int, b: int, c: int, d: int) -> bytes:
    """Give a video a display matrix."""
    header = mp4.index(b"tkhd") + 4
    # After times, duration and layer come nine numbers of 16.16 and 2.30 bits.
    matrix = header + 40
    one = 1 << 16
    values = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    return mp4[:matrix] + values + mp4[matrix + len(values) :]


def forget_duration(mkv: bytes) -> bytes:
    """Replace the duration by a void element, as recorders do that never knew the end."""
    at = mkv.index(b"\x44\x89\x88")
    return mkv[:at] + b"\xec\x89" + bytes(9) + mkv[at + 11 :]


def promise_ages(mkv: bytes) -> bytes:
    """Claim a duration of thousands of years."""
    at = mkv.index(b"\x44\x89\x88") + 3
    return mkv[:at] + struct.pack(">d", 1e15) + mkv[at + 8 :]


def slow_down(mp4: bytes) -> bytes:
    """Set the clock to one tick per second, which makes it last for most of an hour."""
    timescale = mp4.index(b"mdhd") + 16
    return mp4[:timescale] + struct.pack(">I", 1) + mp4[timescale + 4 :]


def cut_off(video: bytes, part: float = 0.5) -> bytes:
    return video[: round(len(video) * part)]


def make_sound() -> bytes:
    """Make an AVI file with a second of silence and no pictures."""
    wave = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    stream = struct.pack(
        "<4s4sIHHIIIIIIII8x", b"auds", bytes(4), 0, 0, 0, 0, 1, 8000, 0, 8000, 0, 0, 1
    )
    headers = _list(b"strl", _piece(b"strh", stream) + _piece(b"strf", wave))
    main = struct.pack("<14I", 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)
    body = _list(b"hdrl", _piece(b"avih", main) + headers)
    body += _list(b"movi", _piece(b"00wb", b"\x80" * 8000))
    return _piece(b"RIFF", b"AVI " + body)


def _list(name: bytes, content: bytes) -> bytes:
    return _piece(b"LIST", name + content)


def _piece(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content
