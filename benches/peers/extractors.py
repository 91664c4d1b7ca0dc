"""An extractor of a Python package, for `peers.py`: the path of a page comes in, a line of JSON goes out."""

import importlib.metadata, json, logging, os, re, sys, time, warnings
from pathlib import Path

# Each gets its package, and gives a function from HTML to text.


def trafilatura(**options):
    from trafilatura import extract

    return lambda html: extract(html, include_comments=False, **options)


def justext(language):
    import justext

    # What the package advises for languages without a list: no list, and no thresholds on its words.
    words, options = frozenset(), {"stopwords_low": 0, "stopwords_high": 0}
    if language:
        words, options = justext.get_stoplist(language), {}
    return lambda html: "\n".join(p.text for p in justext.justext(html, words, **options) if not p.is_boilerplate)


def resiliparse(main):
    from resiliparse.extract.html2text import extract_plain_text

    options = {"preserve_formatting": True, "alt_texts": False, "list_bullets": False}
    return lambda html: extract_plain_text(html, main_content=main, **options)


def readability():
    import html_text
    from readability import Document

    return lambda html: html_text.extract_text(Document(html).summary())


def boilerpy3():
    from boilerpy3.extractors import ArticleExtractor

    return ArticleExtractor(raise_on_failure=True).get_content


def newspaper(**options):
    from newspaper import Article

    def extract(html):
        # With images it waits for the network.
        article = Article("https://example.com/a.html", fetch_images=False, **options)
        article.download(input_html=html)
        article.parse()
        return article.text

    return extract


def gne():
    from gne import GeneralNewsExtractor

    # It refuses strings that declare an encoding.
    return lambda html: GeneralNewsExtractor().extract(re.sub(r"^\s*<\?xml[^>]*>", "", html))["content"]


EXTRACTORS = {  # name: package, how to make it
    "trafilatura": ("trafilatura", trafilatura),
    "trafilatura-fast": ("trafilatura", lambda: trafilatura(fast=True)),
    "trafilatura-precision": ("trafilatura", lambda: trafilatura(favor_precision=True)),
    "jusText-English": ("jusText", lambda: justext("English")),
    "jusText-any": ("jusText", lambda: justext(None)),
    "resiliparse-main": ("resiliparse", lambda: resiliparse(True)),
    "resiliparse-all": ("resiliparse", lambda: resiliparse(False)),
    "readability-lxml": ("readability-lxml", readability),
    "boilerpy3": ("boilerpy3", boilerpy3),
    "newspaper4k": ("newspaper4k", newspaper),
    "newspaper4k-Chinese": ("newspaper4k", lambda: newspaper(language="zh")),
    "GNE": ("gne", gne),
}


def serve(name):
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what packages print is not an answer
    tell = lambda **line: print(json.dumps(line), file=out, flush=True)
    logging.disable()
    warnings.simplefilter("ignore")
    package, make = EXTRACTORS[name]
    try:
        extract, version = make(), importlib.metadata.version(package)
    except ImportError as error:
        return tell(missing=str(error))
    try:
        extract("<html><body><p>A page to load what is loaded at first use.</p></body></html>")
    except Exception:  # it need not like this page
        pass
    tell(version=f"{package} {version}")
    for path in sys.stdin:
        html = Path(path[:-1]).read_text("utf-8", "replace")
        started, answer = time.process_time(), {}
        try:
            answer["text"] = (extract(html) or "").encode("utf-8", "replace").decode()
        except Exception as error:
            answer["error"] = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        tell(cpu=time.process_time() - started, **answer)


if __name__ == "__main__":
    serve(sys.argv[1])
