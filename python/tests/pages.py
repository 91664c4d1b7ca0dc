"""Generated pages: all are different, each has content and junk in one of three languages."""

import random

BODIES = {
    "zh": [
        "{n}月的一个早晨，镇上的老木匠把修好的第{n}张长椅搬回了河边的小公园，孩子们围着他问个不停。",
        "图书馆从下个月起延长开放时间，周末也开到晚上{n}点，读者可以在二楼的窗边看书，楼下还新添了一个阅览室。",
        "今年的苹果比往年早熟{n}天，果农们天不亮就上山采摘，中午以前把一筐筐果子送到县城的集市上。",
        "🏮 老街的灯会今晚开始，𠮷田先生说他已经等了整整{n}年，孩子们提着灯笼从桥上走过。",
    ],
    "en": [
        "The old carpenter carried bench number {n} back to the small park by the river yesterday afternoon, and the children "
        "asked him what had broken it.",
        "From next month the library will stay open until nine in the evening, and there will be {n} new chairs by the windows "
        "of the second floor.",
        "The apples are ripe {n} days earlier than last year, so the farmers climb the hills before sunrise and are back at noon.",
    ],
    "de": [
        "Der alte Tischler hat gestern die {n}. Bank in den kleinen Park am Fluss zurückgebracht, und die Kinder fragten ihn aus.",
        "Die Bücherei bleibt ab nächstem Monat bis neun Uhr geöffnet, auch am Wochenende, und bekommt {n} neue Stühle.",
    ],
}
JUNK = {
    "zh": ["首页 | 新闻 | 体育 | 财经 | 登录 | 注册", "版权所有 © 20{n} 河边新闻网 京ICP备{n}号", "上一篇：没有了", "分享到：微信 微博 QQ空间",
           "免费下载,最新网址{n},加微信领取,在线客服"],
    "en": ["Home | News | Sports | Login | Register", "Copyright © 20{n} River News. All rights reserved.", "Share this article",
           "best price {n}, cheap online, buy now, free download"],
    "de": ["Startseite | Nachrichten | Anmelden", "© 20{n} Flussbote. Alle Rechte vorbehalten. Impressum | Datenschutz"],
}


def blocks(number):
    """The blocks of page ``number`` with their labels."""
    pick = random.Random(number)
    lang = pick.choice(sorted(BODIES))
    write = lambda texts, count: [text.format(n=pick.randint(2, 99)) for text in pick.choices(texts, k=count)]
    above, body, below = (
        write(JUNK[lang], pick.randint(1, 3)),
        write(BODIES[lang], pick.randint(1, 6)),
        write(JUNK[lang], pick.randint(0, 4)),
    )
    return [(text, "junk") for text in above] + [(text, "content") for text in body] + [(text, "junk") for text in below]


def page(number):
    """The text of page ``number``; every eleventh is ``None`` or empty, line ends vary."""
    if number % 11 == 10:
        return None if number % 2 else ""
    end = ("\n", "\r\n", "\n\n")[number % 3]
    return end.join(text for text, _ in blocks(number)) + ("\n" if number % 5 else "")


def html(number):
    """The same page as HTML."""
    inside = "".join(f"<p class=b{i}>{text.replace('&', '&amp;')}</p>\n" for i, (text, _) in enumerate(blocks(number)))
    return f"<!doctype html><meta charset=utf-8><title>{number}</title><body><div id=main>{inside}</div>"


def record(number, sites=7):
    """The same page as labeled data."""
    labeled = [{"text": text, "label": label} for text, label in blocks(number)]
    return {"id": str(number), "site": f"site-{number % sites}", "blocks": labeled}
