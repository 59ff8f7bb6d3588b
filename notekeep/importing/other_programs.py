"""Names the unsupported program that a file is from, and suggests what to do instead."""

from __future__ import annotations

from notekeep.errors import NotekeepError, UsageError
from notekeep.importing.formats.json_items import read_json
from notekeep.importing.formats.reading import head_text
from notekeep.importing.input_files import InputFiles

_MARKDOWN = "Export as Markdown there, and open the folder as a vault."
_TABLE = "Export as CSV there, and name its columns: `notekeep import FILE --map COLUMN=title`"
_PANDOC = "Convert it with pandoc: `pandoc FILE -t gfm -o FILE.md`"
_PROGRAMS = (
    (".bear", "an old Bear backup", _MARKDOWN),
    (".ulyz .ulysses", "a Ulysses backup", _MARKDOWN),
    (".upnx", "an UpNote backup", _MARKDOWN),
    (".apkg .colpkg", "an Anki deck", "Export its notes as text there, and convert it to CSV."),
    (".one .onepkg .onetoc2", "a OneNote notebook", "Convert it with Obsidian's plug-in Importer."),
    (".doc .docx .gdoc .odt .pages .rtf", "a document", f"Save it as .docx. {_PANDOC}"),
    (".epub .org .opml", "a book, an Org file or an outline", _PANDOC),
    (".bib .rdf .ris", "a list of references", "Export it from Zotero as CSV. " + _TABLE),
    ('"citation-key"', "a Zotero library", _TABLE),
    ('"itemType"', "a Zotero library", "Export its notes as Markdown there."),
    ('"string" "uid"', "a Roam export", _MARKDOWN),
    ('"document_html"', "a Reflect export", _MARKDOWN),
    ('"savedAt" "slug"', "an Omnivore export", "Put the folder `highlights` into your vault."),
    ('"is_archived" "mimetype"', "a wallabag export", _TABLE),
    ("tomboy", "a Tomboy note", _MARKDOWN),
    ("text/x-zim-wiki", "a Zim page", _MARKDOWN),
    ("TYPE,CONTENT", "a Todoist project", "`notekeep import FILE --map CONTENT=title`"),
    ("books_authors_link", "a Calibre library", _TABLE),
    (".md .markdown", "Markdown", "Put it into your vault, or open its folder as a vault."),
)
"""For each program: file extensions or words in the first bytes, its name, and a hint."""
_MAX_FILES = 200
"""Maximum number of files to check."""


def explain_unknown(files: InputFiles) -> UsageError:
    """Return an error that explains why no file can be read, with a hint."""
    heads = {name: files.head(name) for name in files.names[:_MAX_FILES]}
    for signs, what, way in _PROGRAMS:
        for name, head in heads.items():
            if _is_of(signs, name, head_text(head)):
                return UsageError(f"{name} is {what}, which `import` does not read.", way)
    for name in [name for name in heads if name.casefold().endswith(".json")]:
        try:
            read_json(name, files.text(name))
        except NotekeepError as error:
            return UsageError(f"{name}: {error.message.removesuffix('.')}.", "Export it again.")
    hint = (
        "Name it with --from. `notekeep import --help` and `notekeep extensions` list the formats."
    )
    if files.path.casefold().endswith(".csv"):
        hint = "Name its columns: `notekeep import FILE --map COLUMN=title`"
    return UsageError(f"{files.path} is in no format that notekeep knows.", hint)


def _is_of(signs: str, name: str, text: str) -> bool:
    if signs.startswith("."):
        return name.casefold().endswith(tuple(signs.split()))
    return all(word in text for word in signs.split())
