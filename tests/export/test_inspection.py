"""Files that are no pictures leave with all that is in them, so what is in them is said first."""

from __future__ import annotations

import io
import logging
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from notekeep.errors import Refused
from tests.support.blog import POST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.blog import Blog

HERE = "+52.3676+004.9041/"


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def large_box(kind: bytes, body: bytes) -> bytes:
    """A box whose length needs 64 bits, as that of a long film."""
    return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body


def movie(*inside: bytes) -> bytes:
    head = box(b"ftyp", b"isom", bytes(4), b"isom")
    return head + large_box(b"mdat", bytes(99)) + box(b"moov", box(b"mvhd", bytes(100)), *inside)


def said(text: str) -> bytes:
    """A text as QuickTime writes it below `udta`: its length, its language, itself."""
    return struct.pack(">HH", len(text.encode()), 0x15C7) + text.encode()


def item(kind: bytes, text: str) -> bytes:
    return box(kind, box(b"data", struct.pack(">II", 1, 0), text.encode()))


def keyed(**facts: str) -> bytes:
    """What an iPhone writes: names in one list, what they say in another."""
    names = [box(b"mdta", f"com.apple.quicktime.{key}".encode()) for key in facts]
    items = [item(struct.pack(">I", n), text) for n, text in enumerate(facts.values(), 1)]
    listed = box(b"keys", struct.pack(">II", 0, len(names)), *names)
    return box(b"meta", box(b"hdlr", bytes(25)), listed, box(b"ilst", *items))


def track(format_: bytes, body: bytes = b"") -> bytes:
    described = box(b"stsd", struct.pack(">II", 0, 1), box(format_, bytes(8), body))
    return box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", described))))


def loci() -> bytes:
    where = struct.pack(">ii", round(4.9041 * 65536), round(52.3676 * 65536))
    return box(b"loci", bytes(6), b"Home\0", b"\0", where, bytes(4), b"earth\0\0")


def sevens(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(version: int, *frames: tuple[bytes, bytes], before: bytes = b"", flags: int = 0) -> bytes:
    """A tag of ID3v2 and a frame of sound; `before` stands before the facts."""
    body = before + b"".join(
        name + (sevens(len(text)) if version > 3 else struct.pack(">I", len(text))) + b"\0\0" + text
        for name, text in frames
    )
    return b"ID3" + bytes([version, 0, flags]) + sevens(len(body)) + body + b"\xff\xfb\x90\0"


def comments(*facts: str) -> bytes:
    listed = [struct.pack("<I", len(fact.encode())) + fact.encode() for fact in ("tool", *facts)]
    return listed[0] + struct.pack("<I", len(facts)) + b"".join(listed[1:])


def flac(*facts: str) -> bytes:
    body = comments(*facts)
    first = b"\0" + (34).to_bytes(3, "big") + bytes(34)
    return b"fLaC" + first + b"\x84" + len(body).to_bytes(3, "big") + body


def ogg(mark: bytes, *facts: str) -> bytes:
    """Two packets, the second over as many pages as it needs."""
    pages = [b"\1first"]
    body = mark + comments(*facts)
    pages += [body[at : at + 255 * 255] for at in range(0, len(body), 255 * 255)]
    return b"".join(page(data, is_cut=len(data) == 255 * 255) for data in pages)


def page(data: bytes, *, is_cut: bool) -> bytes:
    sizes = [255] * (len(data) // 255) + ([] if is_cut else [len(data) % 255])
    return b"OggS" + bytes(22) + bytes([len(sizes), *sizes]) + data


def photo() -> bytes:
    exif = Image.Exif()
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (52.0, 31.0, 0.0), "E", (13.0, 24.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def tiff() -> bytes:
    """The block of EXIF that the photo has."""
    data = photo()
    return data[data.index(b"Exif\0\0") + 6 :]


XMP_PLACE = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="52,31N"/></x:xmpmeta>'
XMP_NAME = b"<x:xmpmeta><dc:creator><rdf:Seq><rdf:li>Ann Lee</rdf:li></rdf:Seq></dc:creator>"


def pdf(
    author: str = "", xmp: bytes = b"", picture: bytes = b"", password: str | None = None
) -> bytes:
    writer = PdfWriter()
    paper = writer.add_blank_page(72, 72)
    if author:
        writer.add_metadata({"/Author": author})
    for name, data in (("/Metadata", xmp), ("/Photo", picture)):
        if data:
            stream = DecodedStreamObject()
            stream.set_data(data)
            kept = stream.flate_encode() if name == "/Metadata" else stream
            place = writer.root_object if name == "/Metadata" else paper
            place[NameObject(name)] = writer._add_object(kept)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def office(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/"), data)
    return out.getvalue()


CORE = (
    b"<cp:coreProperties><dc:creator>Ann Lee</dc:creator><cp:lastModifiedBy>Bob</cp:lastModifiedBy>"
)
PLACES = {
    "android.mp4": (movie(box(b"udta", box(b"\xa9xyz", said(HERE)))), HERE),
    "iphone.mov": (movie(keyed(**{"location.ISO6709": HERE})), HERE),
    "phone.3gp": (movie(box(b"udta", loci())), "loci"),
    "memo.m4a": (
        movie(box(b"udta", box(b"meta", bytes(4), box(b"ilst", item(b"\xa9xyz", HERE))))),
        HERE,
    ),
    "action.mp4": (movie(track(b"gpmd")), "gpmd"),
    "street.mp4": (movie(track(b"camm")), "camm"),
    "live.mov": (
        movie(track(b"mebx", b"mdtacom.apple.quicktime.location.ISO6709")),
        "location.ISO6709",
    ),
    "cut.mp4": (movie(box(b"udta", box(b"\xa9xyz", said(HERE))))[:-9], "xyz"),
    "film.mkv": (b"\x1aE\xdf\xa3" + bytes(9) + b"\x45\xa3\x88LOCATION\x44\x87\x84Home", "LOCATION"),
    "film.webm": (b"\x1aE\xdf\xa3" + bytes(9) + HERE.encode(), HERE),
    "sound.wav": (b"RIFF    WAVELIST" + HERE.encode(), HERE),
    "walk.gpx": (b"<?xml version='1.0'?><gpx></gpx>", "<gpx"),
    "town.geojson": (b'{"type": "Point", "coordinates": [4.9, 52.3]}', "coordinates"),
    "card.vcf": (b"BEGIN:VCARD\nGEO:52.3;4.9\n", "GEO:"),
    "raw.jxl": (b"\0\0\0\x0cJXL \r\n\x87\n" + b"Exif\0\0\0\0" + tiff(), "52.5167N 13.4000E"),
    "small.ico": (b"\0\0\1\0" + b"eXIf" + tiff(), "52.5167N 13.4000E"),
    "edited.mp4": (movie() + box(b"uuid", bytes(16), XMP_PLACE), "52,31N"),
    "walk.mp3": (id3(3, (b"TXXX", b"\0location\0" + HERE.encode())), HERE),
    "wide.mp3": (id3(4, (b"TXXX", b"\1" + f"GPS\0{HERE}".encode("utf-16"))), HERE),
    "long.mp3": (
        id3(4, (b"TIT2", b"\3" + b"x" * 300), (b"TXXX", b"\3GPS\0" + HERE.encode())),
        HERE,
    ),
    "extended.mp3": (
        id3(
            4,
            (b"TXXX", b"\0location\0" + HERE.encode()),
            before=sevens(6) + b"\1\0",
            flags=0x40,
        ),
        HERE,
    ),
    "older.mp3": (
        id3(
            3,
            (b"TXXX", b"\0location\0" + HERE.encode()),
            before=struct.pack(">I", 6) + bytes(6),
            flags=0x40,
        ),
        HERE,
    ),
    "parted.mp3": (
        id3(3, (b"TXXX", b"\1\xff\0\xfe" + f"GPS\0{HERE}".encode("utf-16-le")), flags=0x80).replace(
            struct.pack(">I", 4 + 2 * len(f"GPS\0{HERE}")),
            struct.pack(">I", 3 + 2 * len(f"GPS\0{HERE}")),
        ),
        HERE,
    ),
    "split.mp3": (
        id3(
            4,
            (b"TIT2", b"\1\xff\0\xfex\0"),
            (b"TXXX", b"\1\xff\0\xfe" + f"GPS\0{HERE}".encode("utf-16-le")),
            flags=0x80,
        ),
        HERE,
    ),
    "cover.mp3": (id3(3, (b"APIC", b"\0image/jpeg\0\3\0" + photo())), "52.5167N 13.4000E"),
    "walk.flac": (flac("ARTIST=Ann Lee", f"LOCATION={HERE}"), HERE),
    "walk.ogg": (ogg(b"\3vorbis", f"location={HERE}"), HERE),
    "long.opus": (ogg(b"OpusTags", "picture=" + "x" * 70000, f"GEO_LOCATION={HERE}"), HERE),
    "scan.pdf": (pdf(picture=photo()), "52.5167N 13.4000E"),
    "made.pdf": (pdf(xmp=XMP_PLACE), "52,31N"),
    "photo.docx": (office(word__media__image1=b"", **{"word__media__a.jpeg": photo()}), "13.4000E"),
    "shot.psd": (b"8BPS" + XMP_PLACE, "52,31N"),
    "renamed.bin": (movie(box(b"udta", box(b"\xa9xyz", said(HERE)))), HERE),
}
NAMES = {
    "paper.pdf": (pdf("Ann Lee"), "Ann Lee"),
    "xmp.pdf": (pdf(xmp=XMP_NAME), "Ann Lee"),
    "letter.docx": (office(**{"docProps__core.xml": CORE}), "Ann Lee, Bob"),
    "notes.docx": (
        office(**{"word__comments.xml": b'<w:comment w:author="Ann Lee"/>'}),
        "Ann Lee, comments or tracked changes",
    ),
    "draft.docx": (office(**{"word__document.xml": b"<w:del >"}), "comments or tracked changes"),
    "sheet.ods": (
        office(**{"meta.xml": b"<meta:initial-creator>Ann Lee</meta:initial-creator>"}),
        "Ann Lee",
    ),
}
BROKEN = {
    "odd.pdf": b"%PDF-1.7 anything",
    "cut.pdf": pdf("Ann Lee")[:200],
    "locked.pdf": pdf("Ann Lee", password=""),
    "locked.docx": b"\xd0\xcf\x11\xe0 encrypted",
    "cut.docx": office(**{"docProps__core.xml": CORE})[:-30],
}


def linked(blog: Blog, files: Iterable[tuple[str, bytes]]) -> str:
    """Write files, and a note that links to each."""
    names = []
    for name, data in files:
        (blog.root / name).write_bytes(data)
        names.append(name)
    blog.put("n.md", POST + " ".join(f"[file]({name})" for name in names) + "\n")
    return "n.md"


def refusal(blog: Blog, *files: tuple[str, bytes]) -> str:
    with pytest.raises(Refused) as error:
        blog.plan(linked(blog, files))
    return f"{error.value.message} / {error.value.hint}"


def sent(blog: Blog, name: str) -> bytes:
    return (blog.site / "content" / "posts" / "n" / name).read_bytes()


@pytest.mark.parametrize("name", PLACES)
def test_a_place_refuses_the_note_and_is_named(blog: Blog, name: str) -> None:
    data, place = PLACES[name]
    message = refusal(blog, (name, data))
    assert f"{name} contains a location" in message
    assert place in message
    assert f"--keep-metadata {name}" in message


@pytest.mark.parametrize("length", [9, 12, 26, 40, 60])
def test_exif_that_cannot_be_read_refuses_the_note(blog: Blog, length: int) -> None:
    data = b"\0\0\0\x0cJXL \r\n\x87\nExif\0\0\0\0" + tiff()[:length]
    assert "a.jxl could not be checked for locations" in refusal(blog, ("a.jxl", data))


def test_exif_without_a_place_is_exported(blog: Blog) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = b"\0\0\0\x0cJXL \r\n\x87\nExif\0\0\0\0" + exif.tobytes()[6:]
    blog.export(linked(blog, [("a.jxl", data)]))
    assert sent(blog, "a.jxl") == data


@pytest.mark.parametrize("name", [*PLACES, *BROKEN])
def test_a_file_leaves_as_it_is_when_that_is_chosen(blog: Blog, name: str) -> None:
    data = PLACES[name][0] if name in PLACES else BROKEN[name]
    plan = blog.export(linked(blog, [(name, data)]), keep_metadata=(name,))
    assert sent(blog, name) == data
    assert plan.warnings == []


def test_a_photo_keeps_its_place_when_that_is_chosen(blog: Blog) -> None:
    blog.export(linked(blog, [("a.jpg", photo())]), keep_metadata=("a.jpg",))
    assert sent(blog, "a.jpg") == photo()


def test_all_files_that_hold_places_are_told_at_once(blog: Blog) -> None:
    names = ["android.mp4", "scan.pdf"]
    message = refusal(blog, *((name, PLACES[name][0]) for name in names))
    assert "--keep-metadata android.mp4 --keep-metadata scan.pdf" in message


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_author_is_reported(blog: Blog, name: str) -> None:
    data, who = NAMES[name]
    plan = blog.export(linked(blog, [(name, data)]))
    assert plan.warnings == [f"n.md: Files contain names of people: {name} ({who})."]
    assert sent(blog, name) == data


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_inspected_refuses_the_note(blog: Blog, name: str) -> None:
    assert f"{name} could not be checked" in refusal(blog, (name, BROKEN[name]))


def test_a_document_that_unpacks_to_very_much_is_not_inspected(blog: Blog) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        with packed.open("word/document.xml", "w") as part:
            for _ in range(257):
                part.write(bytes(1 << 20))
    assert "bomb.docx could not be checked" in refusal(blog, ("bomb.docx", out.getvalue()))


def test_files_of_unknown_kinds_are_reported_in_one_line(blog: Blog) -> None:
    song = ogg(b"\3vorbis", "ARTIST=Ann Lee")
    files = [("b.zip", b"PK\3\4 any"), ("a.csv", b"a,b"), ("c.ogg", song)]
    plan = blog.export(linked(blog, files))
    assert plan.warnings == ["n.md: Not checked for names of people: a.csv, b.zip, c.ogg."]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plain.pdf", pdf()),
        ("plain.docx", office(**{"word__document.xml": b"<w:document/>"})),
    ],
)
def test_a_document_without_places_and_names_leaves_in_silence(
    blog: Blog, name: str, data: bytes
) -> None:
    plan = blog.export(linked(blog, [(name, data)]))
    assert plan.warnings == []
    assert sent(blog, name) == data


def test_other_notes_go_when_one_is_refused(blog: Blog) -> None:
    linked(blog, [("android.mp4", PLACES["android.mp4"][0])])
    blog.put("other.md", POST + "Words.\n")
    plan = blog.export("n.md", "other.md")
    assert list(plan.refused) == ["n.md"]
    assert blog.file("other").is_file()


def test_a_damaged_pdf_writes_nothing_to_the_terminal(
    blog: Blog, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    damaged = pdf("Ann Lee").replace(b"startxref\n", b"startxref\n9")
    with caplog.at_level(logging.DEBUG):
        blog.plan(linked(blog, [("odd.pdf", damaged)]), keep_metadata=())
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
