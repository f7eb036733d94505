"""Texts that would run something, load something or turn the screen around, if they were let."""

_RUN = "window.__ran=1"

_HTML = [
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.__ran=1</script>'></iframe>",
    f"<details open ontoggle={_RUN}>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={_RUN}>",
    f"<body onload={_RUN}>",
    f"<input autofocus onfocus={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<a href=javascript:{_RUN}>x</a>",
    f"<form action=javascript:{_RUN}><button>x</button></form>",
    f"<object data='data:text/html,<script>{_RUN}</script>'></object>",
    f"<embed src='data:image/svg+xml,<svg onload={_RUN}>'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{_RUN}'>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<style>*{display:none}</style>",
    "<base href=https://example.org/>",
    f"</textarea><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"--><script>{_RUN}</script>",
    f"\"'><script>{_RUN}</script>",
    f"<noscript><p title='</noscript><img src=x onerror={_RUN}>'>",
]
_LINKS = [
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f"java\tscript:{_RUN}",
    f"&#106;avascript:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19yYW49MTwvc2NyaXB0Pg==",
    f"vbscript:{_RUN}",
    f"data:image/svg+xml,<svg onload={_RUN}>",
    "https://example.org/track.png",
    "//example.org/track.png",
    f"blob:{_RUN}",
    "file:///etc/passwd",
]
_ODD = [
    "\u202eright to left\u202c",
    "\u2066isolated\u2069",
    "\u200f\u200e\u061c",
    "a\u0300\u0301\u0302" * 40,
    "\ufeff\u200b\u2060",
    "{{constructor.constructor('window.__ran=1')()}}",
    "${window.__ran=1}",
    "`${window.__ran=1}`",
    "__proto__",
    "x" * 3000,
    "\u0000\u0007"[1:],
    "👩‍👩‍👧‍👦" * 30,
]

STRINGS = [
    *_HTML,
    *(f"[link]({link})" for link in _LINKS),
    *(f"![image]({link})" for link in _LINKS),
    *(f"<{link}>" for link in _LINKS),
    *(f"[ref]\n\n[ref]: {link}" for link in _LINKS),
    *(f"# heading {html}" for html in _HTML),
    *(f"```\n{html}\n```" for html in _HTML[:12]),
    *_ODD,
]


def packed(longest: int) -> list[str]:
    """Return all texts, several in one, for places that hold ``longest`` characters or fewer."""
    chunks = [""]
    for text in STRINGS:
        kept = text[:longest]
        if len(chunks[-1]) + len(kept) + 1 > longest:
            chunks.append("")
        chunks[-1] = f"{chunks[-1]} {kept}".strip()
    return chunks
