"""What the notebooks' plots have in common: a font with Chinese glyphs, colours, labels."""

import importlib.resources
import importlib.util
import re

import matplotlib.pyplot as plt
from matplotlib.font_manager import findSystemFonts, fontManager

# One colour means one thing in all notebooks.
CONTENT, BOILERPLATE, SPAM, NEUTRAL = "#2a7f62", "#d98e04", "#b3261e", "#8a8f98"
PRESETS = {"cautious": "o", "balanced": "s", "strict": "D"}

# Debian's fonts-noto-cjk, the fonts of Windows and macOS, other free ones; the first that is there.
FONTS = [
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans CJK JP", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "SimHei", "Droid Sans Fallback",
]  # fmt: skip


def font_with_chinese():
    """The name of a font with Chinese glyphs; ``None`` if there is none."""
    known = lambda: next((name for name in FONTS if name in fontManager.get_font_names()), None)
    if known() is None:
        # Matplotlib keeps a list of fonts, which may be older than the fonts; mplfonts is a package that brings some.
        files = findSystemFonts()
        if importlib.util.find_spec("mplfonts"):
            files.append(str(importlib.resources.files("mplfonts") / "fonts" / "NotoSansCJKsc-Regular.otf"))
        for file in files:
            fontManager.addfont(file)
    return known()


def setup():
    """Sets matplotlib up; call it once, at the top of a notebook."""
    font = font_with_chinese()
    if font is None:
        print(
            "No font with Chinese glyphs was found: Chinese labels show as boxes. Install one and restart the notebook:\n"
            "    apt-get install fonts-noto-cjk      (or your system's package of Noto Sans CJK)\n"
            "    pip install mplfonts                (85 MB, brings the same font)"
        )
    plt.rcParams.update({
        "font.family": [*([font] if font else []), "DejaVu Sans"],
        "axes.unicode_minus": False,
        "figure.dpi": 110,
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e6e6e6",
        "legend.frameon": False,
    })


def short(text, length=26):
    """A line of text as a label: cut after ``length`` columns, of which a character of East Asia takes two."""
    width, end = 0, 0
    for character in text:
        width += 2 if ord(character) >= 0x1100 else 1
        if width > length:
            break
        end += 1
    cut = text[:end] + "…" * (end < len(text))
    # Emoji are in another font; a dollar sign would begin a formula.
    return re.sub("[\U0001f000-\U0001ffff]", "☺", cut).replace("$", r"\$")
