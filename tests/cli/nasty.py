"""Texts that try to drive a terminal, to hide, to break out of a format, to command a
job; and whether an output has anything of them in it that is not escaped."""

import re

TEXTS = {
    "controls": b"\x01\x07\x08\x1b]0;PWNED\x07\x1b[2J\x1b[32mall is well\x1b[0m\r\x7f",
    "C1": "\x9b31mred\x85next".encode(),
    "bidirectional": "\u202eevil\u202c\u2066x\u2069\u200e\u200f\u061c".encode(),
    "zero-width": "a\u200bb\u200cc\u200dd\ufeffe\u00adf\u2060g\U000e0041\u2800h\u3164i\u115fj\ufe00k".encode(),
    "separators": "a\u2028b\u2029c".encode(),
    "not UTF-8": b"\xff\xc3( \xed\xa0\x80 \xc0\xaf",
    "job commands": b"x\n::warning file=x::PWNED\n  ::error::PWNED\n##[error]PWNED ##vso[task]\n"
                    b"##teamcity[PWNED]",
    "HTML": b"</script><script>alert(1)</script><img src=x onerror=alert(1)>&\"' ]]>",
    "long": b"x" * (64 << 10),
}

# What no output may hold: controls but for the line feed, C1, and what is not seen.
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                    "\ufeff\ufff9-\ufffb\u2800\u3164\u115f\ufe00\U000e0000-\U000e007f]")
COMMAND = re.compile(r"(?m)^\s*::\w.*PWNED|##[a-z]*\[")
# Our own annotations, whose text GitHub shows and does not obey.
OWN = re.compile(r"(?m)^::(error|warning) (file=[^:,]*,line=\d+,col=\d+,)?title=[^:]*::[^\n]*$")


def problems(output, *, github=False, html=False):
    """What of the bytes of an output is not as it has to be."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        return [f"not UTF-8: {error}"]
    found = [f"{hit[0]!r} in {text[max(hit.start() - 60, 0):hit.end() + 60]!r}"
             for hit in HIDDEN.finditer(text)][:3]
    rest = OWN.sub("", text) if github else text
    found += [f"a command: {hit[0]!r}" for hit in COMMAND.finditer(rest)][:3]
    if html and ("<script>alert" in text or "<img src=x" in text):
        found.append("HTML")
    return found
