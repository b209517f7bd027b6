"""The environment's variables in the place of `${NAME}`."""

import re
from collections.abc import Mapping

from flowalert.rules.document import Document
from flowalert.rules.page import Table, Tree
from flowalert.rules.place import Filled, Piece, Scalar

# Bounded: of braces that none closes, each would be looked behind to the end.
_VARIABLE = re.compile(r"\$\$\{|\$\{([^}]{0,100})\}")
# To find the place of one costs as much as the text before it.
_TOLD = 20
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def interpolate(document: Document, environ: Mapping[str, str]) -> None:
    """Put the variables' values in the place of `${NAME}` in every value; `$${` becomes `${`.

    A variable that is not set is a problem of the document. Keys and comments are left alone.
    """
    seen: set[int] = set()

    def visit(tree: Tree) -> Tree:
        if isinstance(tree, Scalar):
            return _replace_variables(document, tree, environ)
        if id(tree) not in seen:
            seen.add(id(tree))
            if isinstance(tree, Table):
                tree.values = {key: visit(value) for key, value in tree.values.items()}
            else:
                tree.items = [visit(each) for each in tree.items]
        return tree

    if document.tree is not None:
        document.tree = visit(document.tree)


def _replace_variables(document: Document, scalar: Scalar, environ: Mapping[str, str]) -> Scalar:
    told = 0

    def value_of(match: re.Match[str]) -> str:
        nonlocal told
        name = match.group(1)
        if name is None:
            return "${"
        is_name = _VARIABLE_NAME.fullmatch(name) is not None
        if is_name and name in environ:
            return environ[name]
        told += 1
        if told > _TOLD:
            return ""
        place = document.place_inside(scalar, match.start())
        if not is_name:
            document.report(place, f"${{{name}}} names no variable", "write ${NAME}, or $${ for a literal ${")
        else:
            document.report(place, f"the variable {name} is not set", f"set it, like export {name}=…, and start again")
        return ""

    if scalar.text is None or "${" not in scalar.text:
        return scalar
    # Of what came from elsewhere, only where the whole begins is known; and how long it is, is nobody's business.
    return Filled(_VARIABLE.sub(value_of, scalar.text), scalar.style, scalar.place, (Piece(0, scalar, 0),))
