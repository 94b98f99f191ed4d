"""As much of C++ as it takes to tell which names are local to a file."""

import re

TOKEN = re.compile(r'''
    (?P<skip> \s+ | //[^\n]* | /\*.*?\*/ | \#(?:[^\n\\]|\\.)*
        | \w*R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)" | "(?:[^"\\]|\\.)*" | (?<!\w)'(?:[^'\\]|\\.)+' )
    | (?P<token> [A-Za-z_]\w* | \d[\w.']* | :: | \[\[ | \]\] | . )''', re.S | re.M | re.X)
OPEN, CLOSE = ("(", "[", "[["), (")", "]", "]]")


def tokens(text):
    """The tokens of a source, without comments, literals of text and lines of the preprocessor."""
    return [found["token"] for found in TOKEN.finditer(text) if found["token"]]


def local_names(text):
    """What a source declares in anonymous namespaces, and what is static or constant in named ones:
    {name: what it is another name for, or empty}. What has its place in a class is not local."""
    return {name: meaning for head, hidden in _declarations(tokens(text))
            if hidden or "static" in head[:2] or ("constexpr" in head[:2] or "const" in head[:1])
            and "(" not in head[:_value(head)] for name, meaning in _names(head)}


def _declarations(stream):
    """(tokens of a declaration up to its body, whether it is in an anonymous namespace)"""
    scopes, head, at = [], [], 0  # of namespaces: whether it is hidden
    while at < len(stream):
        token = stream[at]
        if token == "{" and "namespace" in head[:2]:
            scopes.append((scopes and scopes[-1]) or head[-1] == "namespace")
            head = []
        elif token == "{":
            at = _closing(stream, at)
            after = stream[at + 1] if at + 1 < len(stream) else ""
            if _value(head) < len(head) or after in (",", "{"):  # a value, or of a constructor's members
                head += ["{", "}"]
            else:
                yield head, bool(scopes and scopes[-1])
                head = []
        elif token == ";":
            yield head, bool(scopes and scopes[-1])
            head = []
        elif token == "}":
            scopes.pop()
        else:
            head.append(token)
        at += 1


def _closing(stream, at):
    depth = 0
    for place in range(at, len(stream)):
        depth += (stream[place] == "{") - (stream[place] == "}")
        if depth == 0:
            return place
    raise ValueError("a brace is not closed")


def _before_value(head):
    """The tokens before `=`, the arguments or the size: they end with the name. Arguments of a
    template are left out, for they may hold anything."""
    out, depth, nested = [], 0, 0
    for token in head:
        if token == "<" and not nested:
            depth += 1
        elif token == ">" and depth and not nested:
            depth -= 1
        elif depth:
            nested += (token in OPEN) - (token in CLOSE)
        elif token == "[[":
            nested += 1
        elif token == "]]":
            nested -= 1
        elif nested:
            continue
        elif token in ("(", "[", "=", "{", ":"):
            break
        else:
            out.append(token)
    return out


def _value(head):
    """Where the value of a variable begins; the end of what has none."""
    depth = 0
    for place, token in enumerate(head):
        depth += (token in OPEN) - (token in CLOSE)
        if token == "=" and depth == 0 and head[max(place - 1, 0)] != "operator" \
                and "(" not in head[:place] and "template" not in head[:1]:
            return place
    return len(head)


def _names(head):
    """The one name that a declaration makes, if any, with what it is an alias for."""
    if not head or head[0] in ("static_assert", "extern", "friend"):
        return
    if head[0] in ("using", "namespace"):
        if "=" in head:
            yield head[1], " ".join(head[head.index("=") + 1:])
        return
    words = [word for word in _before_value(head) if word not in ("final", "template")]
    defined_for_a_class = len(words) > 1 and words[-2] == "::"
    if words and words[-1].isidentifier() and "operator" not in words and not defined_for_a_class:
        yield words[-1], ""
