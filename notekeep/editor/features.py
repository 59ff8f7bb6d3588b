"""A feature of the protocol: the answer to a request, as each module of features lists it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Feature(NamedTuple):
    """How a request is answered."""

    answer: Callable[[Any, Any], Any]  # takes the session and the parameters of the request
    options: Any = None  # what the server reports about the feature
    is_slow: bool = False  # may read many notes, so it runs in a thread
    shows_errors: bool = False  # whether the editor shows an error, instead of no answer
