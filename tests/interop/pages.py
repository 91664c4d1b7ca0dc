"""Pages to put into files, and ways to put them there."""

import io
import json
import re

from warcio.warcwriter import WARCWriter

MENU = "首页 | 新闻 | 体育 | 财经 | 登录 | 注册"
LEGAL = "版权所有 © 2023 河边新闻网 京ICP备12345678号"
LEGAL_EN = "Copyright © 2023 River News. All rights reserved."
ARTICLE = [
    "昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园。长椅是三十年前他父亲做的，去年冬天被大雪压断了一条腿。",
    "“木头还是好的，换一根横梁就行。”他一边说，一边用砂纸打磨扶手，几个孩子在旁边看得入神。",
    "图书馆从下个月起延长开放时间，周末也开到晚上九点，读者可以在二楼的窗边看书，楼下还新添了一个儿童阅览室。",
    "今年的苹果比往年熟得早，果农们天不亮就上山采摘，中午以前把一筐筐果子送到县城的集市上。",
]
ARTICLE_EN = [
    "The old carpenter carried the mended bench back to the small park by the river yesterday afternoon. His father had "
    "built it thirty years ago, and last winter the snow broke one of its legs.",
    '"The wood is still good, it only needed a new beam," he said while he sanded the arm rests, and three children '
    "watched him without a word.",
    "From next month the library will stay open until nine in the evening, also on weekends, and there will be a new room "
    "for children on the ground floor.",
]
# Astral characters count once as code points, twice in UTF-16, four times in bytes.
EMOJI = "🎉👩‍👩‍👧 老街的灯会今晚开始，𠮷田先生说他已经等了整整一年，孩子们提着灯笼从桥上走过🏮。"


def page(i):
    """Page number i: all are different, each has content and junk, the line ends vary."""
    end = ("\n", "\r\n", "\n\n")[i % 3]
    if i % 2:
        body = [f"Chapter {i}: what happened by the river", ARTICLE_EN[i % 3], ARTICLE_EN[(i + 1) % 3], LEGAL_EN]
    else:
        body = [MENU, f"第{i}期：河边的故事", ARTICLE[i % 4], EMOJI, ARTICLE[(i + 1) % 4], LEGAL]
    return end.join(body) + ("\n" if i % 5 else "")


PAGES = [page(i) for i in range(8)]


def lines(text):
    """Lines that are not blank, by tamis' line ends: str.splitlines knows more of them."""
    return [line.strip() for line in re.split(r"[\r\n]", text) if line.strip()]


def jsonl(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def documents(texts):
    """Records with ids and addresses."""
    return [{"id": f"doc-{i}", "url": f"https://news.example/{i}", "text": text} for i, text in enumerate(texts)]


def urn(i):
    return f"urn:uuid:00000000-0000-4000-8000-{i:012d}"


def warc_record(i, payload, kind="conversion", media="text/plain", gzip=False, **headers):
    """One record as warcio writes it. Header names take _ for -."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    more = {"WARC-Record-ID": f"<{urn(i)}>", "WARC-Date": f"2023-10-{i % 28 + 1:02d}T09:12:00Z"}
    more |= {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(payload, str):
        payload = payload.encode()
    record = writer.create_warc_record(
        f"https://news.example/{i}",
        kind,
        payload=io.BytesIO(payload),
        length=len(payload),
        warc_content_type=media,
        warc_headers_dict=more,
    )
    writer.write_record(record)
    return out.getvalue()


def warcinfo(gzip=False):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("some.warc.wet.gz", {"software": "warcio", "format": "WARC"}))
    return out.getvalue()


def wet(texts, gzip=False):
    """A WET file: a warcinfo record, then a conversion record for each text."""
    records = [warc_record(i, text, gzip=gzip) for i, text in enumerate(texts)]
    return warcinfo(gzip) + b"".join(records)
