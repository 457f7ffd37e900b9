"""Hostile markup, and the judge of what became of it: parsed as a browser does, nothing but what the policy lists is in it."""

from __future__ import annotations

from urllib.parse import urlsplit

import html5lib

from planet import html_elements
from planet.sanitise import policy

PREFIX = "e1a2b3c4-"
XHTML = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
ATTRIBUTES = {
    tag: policy.ATTRIBUTES.get(tag, set()) - {"style"} | policy.ATTRIBUTES["*"] | policy.FORCED.get(tag, set())
    for tag in html_elements.KEPT
}


PAYLOADS = {
    "script": "<script>x()</script><SCRIPT SRC=//e.example/x.js></SCRIPT><scr<script>ipt>x()</scr</script>ipt>",
    "unclosed script": "a<script>x()",
    "handler": "<p onclick=x() onmouseover='x()' ONLOAD=x()>a</p><img src=x onerror=x()><details ontoggle=x() open>",
    "handler without quotes or blanks": "<img/src=`x`onerror=x()><svg/onload=x()><body/onload=x()>",
    "scheme": "<a href='javascript:x()'>a</a><a href='JaVaScRiPt:x()'>b</a><a href='vbscript:x'>c</a><a href='data:text/html,x'>d</a>",
    "scheme with controls": "<a href='java\nscript:x()'>a</a><a href='&#1;javascript:x()'>b</a><a href='jav&#x09;ascript:x()'>c</a>",
    "scheme in references": "<a href='&#x6a;avascript:x()'>a</a><a href='javascript&colon;x()'>b</a><a href='&#0000106avascript:x()'>c</a>",
    "credentials": "<a href='https://bank.example@evil.example/'>a</a><img src='http://u:p@h.example/i.png'>",
    "backslashes": "<a href='https:\\\\evil.example\\x'>a</a><a href='/\\evil.example'>b</a>",
    "style": "<style>*{display:none}</style><p style='position:fixed;top:0;background:url(//e.example)'>a</p><link rel=stylesheet href=//e>",
    "base and meta": "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example'><a href=x>a</a>",
    "form": "<form action=//e.example><input name=p><button formaction=javascript:x()>b</button><textarea>t</textarea></form>",
    "form owner": "<input form=search autofocus onfocus=x()><button form=search formaction=//e.example>b</button>",
    "frames": "<iframe srcdoc='<script>x()</script>'></iframe><frameset onload=x()><frame src=javascript:x()></frameset>",
    "object": "<object data='data:text/html;base64,x'></object><embed src=javascript:x()><applet code=x></applet>",
    "svg": "<svg><script>x()</script><a xlink:href=javascript:x()><text>a</text></a><animate onbegin=x() attributeName=x /></svg>",
    "svg style": '<svg><style><img src=x onerror=x()></style></svg><svg></p><style><a id="</style><img src=1 onerror=x()>">',
    "math": "<math><mi xlink:href='javascript:x()'>a</mi><mtext><table><mglyph><style><img src=x onerror=x()></style></math>",
    "mutation": "<noscript><p title='</noscript><img src=x onerror=x()>'>a</noscript><p><svg><desc><p><title><p>",
    "mutation in form": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=x()>",
    "template": "<template><script>x()</script><img src=x onerror=x()></template>",
    "raw text": "<xmp><img src=x onerror=x()></xmp><noembed><p></noembed><plaintext><b>a",
    "title and textarea": "<title><img src=x onerror=x()></title><textarea></textarea><script>x()</script>",
    "comment": "<!--><img src=x onerror=x()>--><!-- --!><img src=y onerror=x()> --><!--[if IE]><script>x()</script><![endif]-->",
    "processing": "<?xml-stylesheet href='javascript:x()'?><!DOCTYPE x [<!ENTITY e 'x'>]><![CDATA[<script>x()</script>]]>",
    "half a tag": "<img src=x onerror=x() //<p>a</p><a href='",
    "quote games": '<img alt="`><script>x()</script>"><p title=\'"><img src=x onerror=x()>\'>a',
    "escape": "</div></article></main></body></html><article id=after>b</article><footer>mine</footer>",
    "escape by list": "</li></ul><li>a<ul><li>b</ul></li></li></div></article>",
    "escape by table": "<table><tr><td></div></article></td></tr></table></table></td></tr></tbody>",
    "escape by paragraph": "<p><div><p></div></p></article><p>",
    "nested headings": "<h1><h2><section><h3>a</h1>b</h2>",
    "list in list": "<ul><li>1<section><li>2<article><li>3</section></ul>",
    "paragraph in paragraph": "<p>1<section><p>2<center><p>3</p></center></section></p>",
    "link in link": "<a href=/1>1<table><tr><td><a href=/2>2</a></td></tr></table><section><a href=/3>3</a></section></a>",
    "clobbering": "<p id=body name=x><a id=after name=location><img name=cookie id=mine><p id=inside>",
    "id with quotes": "<p id='x\" onclick=\"y'>a</p><p id='<b>'>b</p>",
    "overlay": "<dialog open>a</dialog><div style='position:absolute;inset:0'>b</div><marquee>c</marquee><p popover>d</p>",
    "class": "<p class='h-entry p-name u-url'><div class='e-content overlay language-js'>a</div></p>",
    "srcset": "<img srcset='javascript:x() 1x, data:text/html,x 2x' src=/a.png><source srcset='x&#10;onerror=x()'>",
    "srcset with quotes": "<img src=/a srcset='/a\"onerror=x() 1x'>",
    "usemap": "<img src=/a usemap=#m><map name=m><area href=javascript:x() shape=rect></map>",
    "media": "<video src=javascript:x() poster=javascript:x() autoplay onerror=x()></video><audio src=data:audio/x><track src=//e>",
    "import": "<link rel=import href=//e><object type=text/x-scriptlet data=//e></object><bgsound src=javascript:x()>",
    "control characters": "a\x00b\x08c\x0bd\x1fe\x7ff\x85g\x9bh\ufffei&#0;&#8;&#11;&#x1f;&#x80;<b\x00>j</b><a href='/\x00x\x07'>k</a>",
    "surrogates": "a\ud800b<p title='\udfff'>c</p>",
    "carriage returns": "<pre>&#13;&#10;a&#13;b</pre><p title='a&#13;b'>c</p>",
    "custom elements": "<x-evil onclick=x()>a</x-evil><a is=x-evil>b</a><slot name=x>c</slot>",
    "case and namespaces": "<ScRiPt>x()</sCrIpT><svg:script>x()</svg:script><html:script>x()</html:script>",
    "dangling": "<img src='//evil.example/?",
    "deep": "<div>" * 5000 + "a",
    "wide": "<p>" + "W" * 100_000,
    "entities": "&lt;script&gt;x()&lt;/script&gt;&amp;lt;b&amp;gt;&#60;img src=x onerror=x()&#62;",
}


def page_with(html: str) -> str:
    return (
        '<!doctype html><html><head><title>t</title></head><body><main><article id="before">b</article>'
        f'<article id="mine"><div id="inside">{html}</div></article><article id="after">a</article></main>'
        '<footer id="foot">f</footer></body></html>'
    )


def assert_harmless(html: str) -> None:
    """Parsed as a browser does, inside a page: nothing left its article, and nothing but what the policy lists is in it."""
    tree = html5lib.parse(page_with(html))
    body = tree.find(f"{XHTML}body")
    assert [child.get("id") or child.tag for child in body] == [f"{XHTML}main", "foot"], html
    main = body.find(f"{XHTML}main")
    assert [(child.tag, child.get("id")) for child in main] == [
        (f"{XHTML}article", name) for name in ("before", "mine", "after")
    ], html
    mine = main[1]
    assert [child.get("id") for child in mine] == ["inside"], html
    assert (mine.text, mine[0].tail) == (None, None), html
    assert [(len(article), article.text) for article in (main[0], main[2])] == [(0, "b"), (0, "a")], html
    assert len(list(tree.find(f"{XHTML}head"))) == 1, html
    for element in mine[0].iter():
        if element is mine[0]:
            continue
        assert isinstance(element.tag, str), f"a comment: {html}"
        formula = element.tag.startswith(MATHML)
        tag = element.tag.removeprefix(MATHML if formula else XHTML)
        assert tag in html_elements.KEPT, f"<{tag}>: {html}"
        assert formula == (tag in html_elements.MATH), f"<{tag}>: {html}"
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES[tag], f"{name} on <{tag}>: {html}"
            if name in {"href", "src", "poster", "cite"}:
                assert_url(value, tag)
            elif name == "srcset":
                for candidate in value.split(", "):
                    assert_url(candidate.split()[0], "img")
            elif name == "id":
                assert value.startswith(PREFIX), html
            elif name == "class":
                assert all(policy.CLASS.fullmatch(word) for word in value.split()), html
    assert not any(
        (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in html
    )


def assert_url(value: str, tag: str) -> None:
    if tag == "a" and value.startswith(("#" + PREFIX, "mailto:")):
        return
    parts = urlsplit(value)
    assert parts.scheme in {"http", "https"}, value
    assert parts.hostname, value
    assert "@" not in parts.netloc, value
    assert not any(c in value for c in ' "<>\\\n\t\x00'), value
