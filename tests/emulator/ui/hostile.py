"""Text that a mail or a job may bring, and what must never come of it (spool-ui.md 2.5, 4.7)."""

from hypothesis import strategies as st
from textual.strip import Strip

C0 = "".join(map(chr, range(0x20))) + "\x7f"
C1 = "".join(map(chr, range(0x80, 0xA0)))
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BREAKS = "\u2028\u2029\u00ad\ufeff\u200b\u200d\ufffd\ud800\U000e0041"
CASES = (
    "[red]x[/red]", "[/foo]", "[", "[bold", "\\[", "[link=file:///etc/passwd]a[/link]",
    "\x1b[31m", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1bc", "\x9b2J", "\x90q\x9c",
    "\x07", "a\tb", "a\rb", "a\nb", "a\x00b", C0, C1, BIDI, BREAKS, "a\u202eb",
    "Z" + "\u0301" * 40, "\u0301\u0301\u0301", "❤\ufe0f", "👍🏽", "👨\u200d👩\u200d👧", "🇩🇪",
    "1\ufe0f\u20e3", "日本語の件名", "ก็ไม่", "שלום 123", "", " ",
)  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(CASES),
        st.text(max_size=30),
        st.lists(st.sampled_from([*C0, *C1, *BIDI, *BREAKS, "a", "本", "[", "]", "\u0301"])).map(
            "".join
        ),
    )


def assert_harmless(strip: Strip, width: int) -> None:
    """Just as wide as it says, and every character is one that can only be seen."""
    assert strip.cell_length == width
    assert Strip(list(strip)).cell_length == width
    for segment in strip:
        assert segment.control is None
        assert segment.text.isprintable()
        assert "\ufffd" not in segment.text
        assert segment.style is None or segment.style.link is None
