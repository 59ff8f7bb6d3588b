# ruff: noqa: RUF001, E501 - letters of other scripts are what is tried
"""Attempts by syntax: each rule of what is private, crossed with the ways in which people write it.

Texts and outcomes are as in `leaks.py`.
"""

from __future__ import annotations

import base64
import io
from itertools import product
from typing import TYPE_CHECKING

from PIL import Image

from tests.support.leaks import HUSH, SVG, Attempt, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

INVISIBLE = {
    "soft hyphen": "\u00ad",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "bidi override": "\u202e",
    "bidi isolate": "\u2066",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "accent": "\u0301",
}
BLANKS = {
    "no-break space": "\u00a0",
    "narrow space": "\u202f",
    "wide space": "\u3000",
    "thin space": "\u2009",
    "two blanks": "  ",
    "tab": "\t",
}


def quoted(text: str) -> str:
    """Return a text as a quote."""
    return "\n".join(f"> {line}" for line in text.split("\n"))


def listed(text: str) -> str:
    """Return a text as an item of a list."""
    return "- " + text.replace("\n", "\n  ")


CONTAINERS: dict[str, Callable[[str], str]] = {"": str, " in a quote": quoted, " in a list": listed}


def of(
    group: str,
    texts: Iterable[str] | Mapping[str, str],
    outcome: Outcome = "hidden",
    files: Mapping[str, str | bytes] | None = None,
    *,
    whole: bool = False,
) -> Iterator[Attempt]:
    """Yield the attempts of a group, each named by its text, or by its key."""
    named = texts.items() if hasattr(texts, "items") else ((repr(text), text) for text in texts)
    for name, text in named:
        yield Attempt(f"{group}: {name}", text, outcome, files or {}, whole=whole)


def rules() -> Iterator[Attempt]:
    """Rules in private sections, which are no headings for a site."""
    words = ("foo", "**foo**", "[x](https://e.org)", "foo\nbar", "`foo`", "[[Nowhere]]", "- foo")
    for (place, put), word, rule in product(
        CONTAINERS.items(), words, ("---", "--- ", " ---", "-")
    ):
        text = put(f"## H #private\n\n{word}\n{rule}\n§")
        yield Attempt(f"rule {rule!r} below {word!r}{place}", text)
    yield from of(
        "rule",
        [
            "H #private\n---\n\nfoo\n---\n§",
            "H #private\n===\n\nfoo\n---\n§",
            "# H #private\n\nfoo\n---\n\n## Sub\n\n§",
            "## H #private\n\nfoo\n---\nbar\n---\n§",
            "## H #private\n\nfoo\n***\n§",
            "## H #private\n\n---\n§",
        ],
    )


def names() -> Iterator[Attempt]:
    """Names of private notes in links of every form, in words and in other spellings."""
    forms = {
        "wikilink": "[[{0}]]",
        "wikilink with its name": "[[{0}|{0}]]",
        "wikilink with an alias": "[[{0}|Quiet §]]",
        "wikilink to a heading": "[[{0}#Part|{0} > Part]]",
        "embed": "![[{0}]]",
    }
    spelt = {name: f"Hush{blank}§" for name, blank in BLANKS.items()}
    spelt |= {name: f"Hu{sign}sh §" for name, sign in INVISIBLE.items()}
    spelt |= {"emphasis": "Hush *§*", "full width": "Ｈｕｓｈ §", "capitals": "HUSH §"}
    for (form, text), (name, said) in product(forms.items(), spelt.items()):
        if "\t" not in said:
            yield Attempt(f"{form}, {name}", text.format(said), files=HUSH)
    words = (
        "[Hush §](notes/Hush%20§.md)",
        "[Quiet §](<notes/Hush §.md>)",
        "[on the hush § again](<notes/Hush §.md>)",
        "[**Hush** §](<notes/Hush §.md>)",
        "[`Hush §`](<notes/Hush §.md>)",
        "[Hush&nbsp;§](<notes/Hush §.md>)",
        "[<b>Hush</b> §](<notes/Hush §.md>)",
        "[![Hush §](https://e.org/a.png)](<notes/Hush §.md>)",
        '[x](<notes/Hush §.md> "Hush §")',
        "[Hush §](obsidian://open?file=Hush%20§)",
        "[[Hush §|Quiet §]]",
        "[[notes/Hush §|Hush §]]",
        "[[Hush §.md|Hush §]]",
        "[[private/gone §|gone §]]",
    )
    places = {
        "text": "See {}.",
        "a heading": "## On {}\n\nx",
        "a callout's title": "> [!note] {}\n> x",
        "a table": "| a |\n|---|\n| {} |",
        "a list": "- {}",
        "a footnote": "x[^n]\n\n[^n]: see {}",
        "bold": "**{}**",
    }
    for (place, text), said in product(places.items(), words):
        inside = said.replace("|", "\\|") if place == "a table" else said
        yield Attempt(f"{said} in {place}", text.format(inside), files=HUSH)
    head = "---\npublish: true\n---\n"
    yield from of(
        "title",
        [
            f"{head}# №: on [Hush §](<notes/Hush §.md>)\n\nopenwater№",
            f"{head}# №: on [Hush §][q]\n\nopenwater№\n\n[q]: <notes/Hush §.md>",
            f"{head}# №: on [[Hush §|Quiet §]]\n\nopenwater№",
            "---\npublish: true\ntitle: '№: on [[Hush §|Quiet §]]'\n---\nopenwater№",
            "---\npublish: true\ndescription: '[[Hush\u00a0§]]'\n---\nopenwater№",
            "---\npublish: true\ntags: ['[[Hush §|Quiet §]]', a]\n---\nopenwater№",
            "---\npublish: true\nseries: '[[Hush §]]'\n---\nopenwater№",
        ],
        files=HUSH,
        whole=True,
    )


def consent() -> Iterator[Attempt]:
    """Tags, categories and keys that say private in some way."""
    said = (
        *("tags: [[private]]", 'tags: ["[[private]]"]', 'tags: ["#[[private]]"]'),
        *('tags: "private;work"', 'tags: "{private}"', "tags: ['\"private\"']"),
        *("tags: private/deep", "tags: work/private", "tags: a, Private", "tags: [a, '#PRIVATE']"),
        *("tags:\n- - private", "tags:\n  - private", 'tags: "work | private"', "tags: (private)"),
        *("tags: ['private ']", "tags: [ｐｒｉｖａｔｅ]", "tags: [PRİVATE]", "tags: [_private_]"),
        *("category: private", "categories: [Private]", "category: work/private", "tag: private"),
        *("Tags: [private]", "keywords: [private]", 'tags: ["[[x|private]]"]', "tags: private!"),
        *(
            "ｐｒｉｖａｔｅ: true",
            "PRİVATE: true",
            "ｐｕｂｌｉｓｈ: false",
            "Private : yes",
            "private: ja",
        ),
        *("privat: true", "private:", "private: maybe", "publish: never", "publish: ''"),
    )
    for line in said:
        text = f"---\n{line}\n---\nInside §.\n"
        if line == "publish: ''":
            continue
        yield Attempt(f"front matter {line!r}", text, "refused", whole=True)
    for (name, sign), key in product(INVISIBLE.items(), ("pri{}vate: true", "tags: [pri{}vate]")):
        text = f"---\n{key.format(sign)}\n---\nInside §.\n"
        yield Attempt(f"front matter {key} with {name}", text, "refused", whole=True)
    late = (
        *("# Title\n\n---\nprivate: true\n---", "Hello\n---\nprivate: true\n---"),
        *(
            "---yaml\nprivate: true\n---",
            '---json\n{"private": true}\n---',
            "----\nprivate: true\n----",
        ),
        *("———\nprivate: true\n———", "—-\nprivate: true\n—-", "```yaml\nprivate: true\n```"),
        *("# T\n\n```yml\npublish: false\n```", "~~~\nprivate: yes\n~~~", "private: true"),
        *("private:: true", "**private**: true", "publish: false", "- private: true"),
        *("> private: true", "---\ntitle: x\n---\n---\nprivate: true\n---", "Private : TRUE"),
        *("\x07---\nprivate: true\n---", "<!-- private: true -->", "%% private: true %%"),
        *("private = true", "+++\nprivate = true\n+++", "\n+++\nprivate = true\n+++", "private: 1"),
        *("\n---\nprivate: true\n---", "\n\n---\npublish: no\n---", 'x\n\n"private": "true",'),
        *(
            "ｐｒｉｖａｔｅ: true",
            "pri\u200bvate: true",
            "private:\u00a0true",
            "| x |\n\nprivate: true",
        ),
        *(
            "x (private:: true) y",
            "x [private:: yes] y",
            "x [publish:: false] y",
            "[private::true]",
        ),
        *("{: private: true }", "@private: true", "private: true # for now", "'private': true"),
    )
    for text in late:
        yield Attempt(f"{text!r} at the start", f"{text}\n\nInside §.\n", "refused", whole=True)


SCHEMES = (
    *("vscode://file/§/x", "app://local/§/x", "capacitor://x/§/x", "zotero://select/§/x"),
    *("logseq://graph/§/x", "bear://x/§/x", "x-devonthink-item://§/x", "message://§/x"),
    *("things:///show/§/x", "omnifocus:///task/§/x", "file:///home/§/x", "obsidian://x/§/x"),
    *("javascript:/§/x", "ssh://§@host/x", "FILE:///§/x", "smb://§/x", "notion://§/x"),
)


def addresses() -> Iterator[Attempt]:
    """Addresses that only this machine understands."""
    places = {
        "a link": "[x]({})",
        "an autolink": "<{}>",
        "a picture": "![x]({})",
        "a definition": "[x][q]\n\n[q]: {}",
        "words": "see {} there",
        "HTML": '<a href="{}">x</a>',
        "an HTML block": "<div>\n<img src={}>\n</div>",
        "a style": '<p style="background: url({})">x</p>',
        "a style sheet": "<style>\np {{ background: url({}) }}\n</style>\n\nx",
        "SVG": '<svg><use xlink:href="{}"/></svg>',
    }
    for scheme, (place, text) in product(SCHEMES, places.items()):
        if not (scheme.startswith("javascript") and place == "words"):
            yield Attempt(f"{scheme} in {place}", text.format(scheme))
    bare = ("zotero:§", "logseq:§", "bear:§", "message:%3C§", "things:§", "javascript:§", "C:\\\\§")
    for scheme, text in product(bare, ("[x]({})", '<a href="{}">x</a>', "[x][q]\n\n[q]: {}")):
        yield Attempt(f"{scheme} in {text}", text.format(scheme))
    for scheme, key in product(
        SCHEMES[10:12], ("description", "series", "weather", "canonical", "cover")
    ):
        text = f"---\npublish: true\n{key}: {scheme}\n---\nopenwater№\n"
        yield Attempt(f"{scheme} in {key}", text, whole=True)


def unseen() -> Iterator[Attempt]:
    """Comments that are shown nowhere in the vault."""
    texts = (
        *("```mermaid\ngraph TD\n%% §\nA-->B\n```", "```mermaid\n  %% §\nA-->B\n```"),
        *("$$\nx % §\ny\n$$", "$$\n% §\ny\n$$", "a $x % §$ b", "a $% §$ b", "$$ a % § $$ x"),
        *(
            "```js §\nx\n```",
            "```js {§}\nx\n```",
            '~~~ js title="§"\nx\n~~~',
            "```mermaid §\nA\n```",
        ),
        *("<?php § ?>", "a <?x § ?> b", "<![CDATA[ § ]]>", "a <![CDATA[ § ]]> b"),
        *("<!DOCTYPE §>", "a <!DOCTYPE §> b", "<div>\n<?php § ?>\n</div>", "<?§\nx"),
        *("<style>\n/* § */ p {}\n</style>\n\nx", "<style>/* § */</style>\n\nx"),
    )
    for (place, put), text in product(CONTAINERS.items(), texts):
        yield Attempt(f"unseen {text!r}{place}", put(text))


def near_misses() -> Iterator[Attempt]:
    """Marks of other programs, and those that hide nothing where they stand."""
    texts = (
        *("> [!private]\n\n> §", "> [!private]-\n>\n\n> §", "> [!PRIVATE] \n\n> [!note] x\n> §"),
        *(
            "::: private\n§\n:::",
            ":::private\n§\n:::",
            "::: {.private}\n§\n:::",
            ":::: Private\n§\n::::",
        ),
        *(
            "!!! private\n    §",
            '!!! private "x"\n    §',
            "??? private\n    §",
            "???+ private\n    §",
        ),
        *("<private>\n§\n</private>", "x <private>§</private>", "<Private>§</Private>"),
        *(
            '<div class="private">§</div>',
            "<p class='private x'>§</p>",
            "<span class=private>§</span>",
        ),
        *(
            "§ {.private}",
            "## H {.private}\n\n§",
            "[private]\n§\n[/private]",
            "[private]§[/private]",
        ),
        *(
            "> ［!private］\n> §",
            "> {!private}\n> §",
            "> \\[!private]\n> §",
            "> [!p r i v a t e]\n> §",
        ),
        *(
            "> [!private\n> §",
            "> [! private note ]\n> §",
            "> [!рrivate]\n> §",
            "> [!private!]\n> §",
        ),
        *(":private: §", "&#35;private §", "&num;private §", "## H &#x23;private\n\n§"),
        *("§ #private", "#Private §", "(#private) §", "**#privat** §", "## H#private\n\n§"),
        *("## H # private\n\n§", "<h2>H #private</h2>\n\n§", "%%privat%% §", "%% end private %% §"),
        *("[!private] §", "- [!private] §", "> a\n> [!private] §", "## H #private-notes\n\n§"),
    )
    yield from of("mark", texts, "refused")
    for key in ("title", "description", "series", "weather"):
        for said in ("§ #private", "[!private] §", "§ [! private]", "§ #Privat"):
            text = f"---\npublish: true\n{key}: '{said}'\n---\nopenwater№\n"
            yield Attempt(f"mark {said} in {key}", text, "refused", whole=True)
    yield from of(
        "anchor of a private heading",
        [
            '## Hidden § plans #private\n\nx\n\n## Open\n\n<a href="#hidden-§-plans">x</a>',
            '## §abc #private\n\nx\n\n## Open\n\n<a href="#§abc">x</a>',
        ],
        "refused",
    )


def marks() -> Iterator[Attempt]:
    """Marks that hide though their letters are not the plain ones."""
    texts = ("> [!pri{}vate]\n> §", "## H #pri{}vate\n\n§", "> [!{}private]- x\n> §")
    for (name, sign), text in product(INVISIBLE.items(), texts):
        yield Attempt(f"{text!r} with {name}", text.format(sign))
    for word in (
        "PRİVATE",
        "ｐｒｉｖａｔｅ",
        "ＰＲＩＶＡＴＥ",
        "PrIvAtE",
        "𝐩𝐫𝐢𝐯𝐚𝐭𝐞",
        "ⓟⓡⓘⓥⓐⓣⓔ",
        "prívate",
    ):
        yield Attempt(f"[!{word}]", f"> [!{word}]\n> §")
        yield Attempt(f"#{word}", f"## H #{word}\n\n§")
    for name, end in {"CR": "\r", "CRLF": "\r\n"}.items():
        for mark in (
            "> [!private]\n> §",
            "## H #private\n\n§",
            "%%\n§\n%%",
            "%%private%%\n§\n%%/private%%",
        ):
            yield Attempt(f"{mark!r} with {name}", mark.replace("\n", end))
    deep = ">" * 40
    yield from of(
        "size",
        {
            "40 quotes": f"{deep} [!private]\n{deep} §",
            "a long comment": f"%%{'x ' * 20_000}§%%",
            "many comments": "%%§%% x " * 300,
            "a long section": "## H #private\n\n" + "word\n\n" * 2000 + "§",
        },
    )


OTHER = (
    "---\npublish: true\n---\nOpen.\n\n## Secret #private\n\ninner § words ^sec\n\n### Sub\n\n§ ^sub\n\n"
    "## Next\n\n> [!private]\n> § in a callout ^call\n\n%% § ^com %%\n\n- item %%§%% ^item\n\n"
    "> [!private] X\n> ## §head\n\nend[^n] ^end\n\n[^n]: ok %%§%%\n"
)


def embeds() -> Iterator[Attempt]:
    """Embeds of and links to parts of a note that are private."""
    files = {"Other №.md": OTHER}
    parts = (
        "",
        "#Secret",
        "#Sub",
        "#^sec",
        "#^sub",
        "#^call",
        "#^com",
        "#^item",
        "#§head",
        "#Next",
        "#^end",
    )
    forms = (
        "![[Other №{}]]",
        "- ![[Other №{}]]",
        "> ![[Other №{}]]",
        "[[Other №{}]]",
        "x ![[Other №{}]] y",
    )
    for part, form in product(parts, forms):
        yield Attempt(f"part {form.format(part)}", form.format(part), files=files)
    chain = {
        "A №.md": "---\npublish: true\n---\n![[B №]]\n",
        "B №.md": "---\npublish: true\n---\n![[Other №]]\n",
    }
    yield Attempt("chain of embeds", "![[A №]]", files=files | chain)
    yield Attempt("own private section", "![[#Secret]]\n\n## Secret #private\n\n§")
    yield Attempt("own private block", "![[#^b]]\n\n> [!private]\n> § ^b")
    yield Attempt("part as Markdown", "![x](<Other №.md#Secret>)", files=files)


def _photo(kind: str, secret: str) -> str:
    exif = Image.Exif()
    exif[0x010F] = secret
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind, exif=exif)
    return base64.b64encode(out.getvalue()).decode()


def pictures() -> Iterator[Attempt]:
    """Pictures that hold more than they show, and files that withhold themselves."""

    def pasted(form: str, kind: str) -> Attempt:
        def build(root: Path, number: int, secret: str) -> None:
            text = form.format(f"data:image/{kind.lower()};base64,{_photo(kind, secret)}")
            head = f"---\npublish: true\n---\nopenwater{number:03}\n\n"
            (root / f"Case {number:03}.md").write_text(f"{head}{text}\n")

        return Attempt(f"{kind} pasted as {form}", "", build=build)

    forms = (
        "![a]({})",
        '<img src="{}">',
        "![a][q]\n\n[q]: {}",
        '<p style="background:url({})">x</p>',
    )
    for form, kind in product(forms, ("JPEG", "PNG", "WEBP")):
        yield pasted(form, kind)
    inner = "%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3Cdesc%3E§%3C/desc%3E%3C/svg%3E"
    parts = (
        *("<script>§</script>", "<style>/* § */</style>", "<style>a{b:url(file:///§)}</style>"),
        *('<use xlink:href="file:///home/§"/>', '<image href="data:,§"/>', '<g onclick="§"/>'),
        *(f'<image href="data:image/svg+xml,{inner}"/>', '<g style="fill:url(app://§)"/>'),
        *(
            '<a href="vscode://file/§"><path d="M0 0"/></a>',
            "<?x §?>",
            "<!-- § -->",
            "<desc>§</desc>",
        ),
    )
    for part in parts:
        svg = SVG.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ').format(part)
        yield Attempt(f"SVG with {part[:60]}", "![a](d-№.svg)", files={"d-№.svg": svg})
    sheet = '<?xml-stylesheet href="§"?>' + SVG.format("")
    yield Attempt("SVG with a style sheet", "![a](d-№.svg)", files={"d-№.svg": sheet})
    for name in ("o-№.txt", "o-№.md.bak", "o-№.markdown"):
        files: dict[str, str | bytes] = {name: "---\nprivate: true\n---\n§\n"}
        yield Attempt(f"file {name} that is private", f"[a]({name})", files=files)
    places: dict[str, str | bytes] = {
        "f-№.gpx": "<gpx><wpt lat='52' lon='4'>§</wpt></gpx>",
        "f-№.geojson": '{"type": "Point", "coordinates": [4, 52], "x": "§"}',
        "f-№.kml": "<kml>§</kml>",
        "f-№.vcf": "BEGIN:VCARD\nGEO:52;4\nN:§\n",
        "f-№.mkv": b"\x1aE\xdf\xa3\x45\xa3\x88LOCATION",
        "f-№.webm": b"\x1aE\xdf\xa3 +52.3676+004.9041/",
        "f-№.wav": b"RIFF    WAVE +52.3676+004.9041/",
        "f-№.mp3": b"ID3\4\0\0\0\0\0\x20TXXX location\0+52.3676+004.9041/",
    }
    for name, data in places.items():
        yield Attempt(f"place in {name}", f"[a]({name})", "refused", {name: data})


def canaries() -> Iterator[Attempt]:
    """Words that must never leave, with marks within them; they are in the settings."""
    texts = (
        *("blue bird", "Blue Bird", "blue **bi**rd", "blue bi\u00adrd", "blue bi<b>r</b>d"),
        *("blue b&shy;ird", "blue\\_bird", "blue *bird*", "bl\u200bue bird", "~~blue~~ bird"),
        *("blue\u00a0bird", "blue\nbird", "blue-bird", "**blue** ==bird==", "`blue bird`"),
        *("[blue](https://e.org) bird", "b<i></i>lue bird", "ｂｌｕｅ bird", "blue &#98;ird"),
    )
    for text in texts:
        yield Attempt(f"canary {text!r}", f"§ {text}", "refused")


def bases() -> Iterator[Attempt]:
    """Tables of bases: other notes, and what is not published of public ones."""
    row = (
        "---\npublish: true\ntags: [row№]\nmood: § and more\nweather: '[[Hush §]]'\n---\n"
        "%%§ #hid№ [[Case №]]%%\n\n## Part #private\n\n#sub№ § [[Case №]]\n"
    )
    files: dict[str, str | bytes] = {**HUSH, "Row №.md": row}
    block = "```base\nfilters: {}\n{}\n```\n\nend"
    tagged = "file.hasTag('row№')"
    views = {
        "column": "views: [{order: [file.name, mood, note.mood, Mood]}]",
        "private link": "views: [{order: [file.name, weather]}]",
        "group": "views: [{order: [file.name], groupBy: {property: mood}}]",
        "summary": "views: [{order: [file.name, mood], summaries: {mood: Unique}}]",
        "own summary": "summaries: {s: values.map(mood).join()}\n"
        "views: [{order: [file.name, tags], summaries: {tags: s}}]",
        "unknown formula": "formulas: {a: '\"§\" @'}\nviews: [{order: [formula.a]}]",
    }
    formulas = (
        *("mood", "note.mood", 'note["mood"]', "'a' + mood", "if(mood, mood)", "[1].map(mood)"),
        *("list(mood)[0]", "this.mood", "file.properties.mood", "note", "file.properties"),
        *('link("Row №").asFile().properties.mood', 'file("Row №")', "formula.other"),
        *('note["mo" + "od"]', "file.path", "file.links", "file.embeds", "file.backlinks"),
    )
    for formula in formulas:
        views[f"formula {formula}"] = (
            f"formulas: {{a: '{formula.replace(chr(39), chr(39) * 2)}', other: mood}}\n"
            "views: [{order: [file.name, formula.a]}]"
        )
    for name, view in views.items():
        yield Attempt(f"base with {name}", block.format(tagged, view), files=files)
    view = "views: [{order: [file.name, title, tags]}]"
    for name, head in {
        "is private": "private: true\npublish: true",
        "is not marked": "mood: §",
        "is withheld": "publish: false",
        "has a private tag": "publish: true\ntags: [row№, private]",
        "has a typo": "publish: true\nprivat: true",
        "is a draft of a list": "publish: maybe",
    }.items():
        other = f"---\ntags: [row№]\n{head}\n---\n" if "tags" not in head else f"---\n{head}\n---\n"
        shown = {"Shown § №.md": other}
        yield Attempt(f"row that {name}", block.format(tagged, view), files=shown)
    for name, text in {
        "has an open comment": "%% open",
        "has a mark without effect": "Words #private.",
    }.items():
        shown = {"Shown § №.md": f"---\npublish: true\ntags: [row№]\n---\n{text}\n"}
        yield Attempt(f"row that {name}", block.format(tagged, view), files=shown)
    folder = {"private/Shown § №.md": "---\npublish: true\ntags: [row№]\n---\nx\n"}
    yield Attempt("row in a private folder", block.format(tagged, view), files=folder)
    hidden = {"Shown § №.md": row.replace("§", "z")}
    for condition in (
        "file.hasTag('hid№')",
        "file.hasTag('sub№')",
        "file.hasLink(this)",
        "file.hasLink('Case №')",
        "this.file.backlinks.contains(file)",
        "file.links.contains(this)",
        "file.links.length > 0 && file.tags.contains('hid№')",
    ):
        text = block.format(f'"{condition}"', view)
        yield Attempt(f"row by hidden {condition}", text, files=hidden)
    head = 'properties: {file.name: {displayName: "[[Hush §]]"}}\n' + view
    yield Attempt("name of a column", block.format(tagged, head), "refused", files)
    private = {"private/b-№.base": "properties: {file.name: {displayName: §}}\n"}
    yield Attempt("private base", "![[private/b-№.base]]\n\n![[b-№.base#View 1]]", files=private)
    inner = {"Other №.md": "---\npublish: true\n---\n" + block.format(tagged, views["column"])}
    yield Attempt("base of an embedded note", "![[Other №]]", files={**files, **inner})
    outside = {"c-№.base": f"filters: {tagged}\n{views['column']}\n"}
    yield Attempt("base file", "> [!note]\n> ![[c-№.base]]", files={**files, **outside})


ATTEMPTS_BY_SYNTAX = [
    attempt
    for family in (
        *(rules, names, consent, addresses, unseen, near_misses, marks, embeds, bases, pictures),
        canaries,
    )
    for attempt in family()
]

SETTINGS = '[export]\nfields = ["weather"]\ncanaries = ["blue bird"]\n'
"""The settings of a vault with these attempts."""
