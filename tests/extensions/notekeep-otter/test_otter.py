from pathlib import Path

from notekeep_otter import OTTER

from notekeep.extend import InputFiles, Passage, Work

CLIPPINGS = """\
Otter clippings
book\t17\tSoil\tAnn Soiler
clip\t1\t12\t2024-03-01\tWorms work at night.
note\tAsk Mira.
"""


def test_a_book_and_its_clippings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "clippings.otter"
    path.write_text(CLIPPINGS)
    with InputFiles(str(path)) as files:
        files.detected = tuple(one for one in files.names if OTTER.detect(one, files.head(one)))
        (book,) = OTTER.read(files)
    quote = "Worms work at night."
    clip = Passage(
        "otter:17:1", quote, "Ask Mira.", locator="(p. 12)", order=(12,), at="2024-03-01"
    )
    assert book == Work("book", "Soil", ("otter:17",), authors=("Ann Soiler",), passages=[clip])
