"""Posts that are pages themselves, laid out as a visitor's browser would find them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from notekeep.export.building import Built

if TYPE_CHECKING:
    from notekeep.export.plan import Plan
    from notekeep.export.targets.target import Target


def lay_out(plan: Plan, target: Target, folder: str) -> Built:
    """Put the pages of an export that was written, and what they show, into an empty folder."""
    posts = {file.path: file.note for file in plan.files if file.is_post}
    for file in plan.files:
        place = os.path.join(plan.site, file.path)
        if not os.path.isfile(place):
            continue
        if file.path in posts:
            with open(place, encoding="utf-8") as text:
                page = target.page(text.read()).encode()
            post = plan.published[posts[file.path]]
            _write(os.path.join(folder, target.page_path(post)), page)
        else:
            os.makedirs(os.path.dirname(os.path.join(folder, file.path)), exist_ok=True)
            shutil.copyfile(place, os.path.join(folder, file.path))
    return Built(folder, ok=True, said="")


def _write(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
