"""Encodings other than UTF-8, as Python writes them; the output is UTF-8."""

import json

import pytest

from pages import ARTICLE, LEGAL, MENU, jsonl, lines

SIMPLIFIED = "\n".join([MENU, *ARTICLE, "版权所有 河边新闻网 京ICP备12345678号"]) + "\n"
TRADITIONAL = "\n".join([
    "首頁 | 新聞 | 體育 | 財經 | 登錄 | 註冊",
    "昨天下午，鎮上的老木匠把修好的長椅搬回了河邊的小公園。長椅是三十年前他父親做的，去年冬天被大雪壓斷了一條腿。",
    "圖書館從下個月起延長開放時間，週末也開到晚上九點，讀者可以在二樓的窗邊看書，樓下還新添了一個兒童閱覽室。",
    "版權所有 河邊新聞網 未經許可不得轉載",
]) + "\n"  # fmt: skip
JAPANESE = "\n".join([
    "ホーム | ニュース | スポーツ | ログイン",
    "昨日の午後、町の老いた大工が直した長椅子を川辺の小さな公園に運んで戻した。長椅子は三十年前に父親が作ったものだ。",
    "「木はまだ丈夫だよ」と言いながら、彼は肘掛けを紙やすりで磨いた。子どもたちは黙ってそれを見ていた。",
    "無断転載を禁じます",
]) + "\n"  # fmt: skip

# Longer than one page, so that a guess has something to go by.
GUESSED = [
    ("gb18030", SIMPLIFIED),
    ("gbk", SIMPLIFIED),
    ("gb2312", SIMPLIFIED),
    ("big5", TRADITIONAL),
    ("shift_jis", JAPANESE),
    ("euc_jp", JAPANESE),
    ("utf-8", SIMPLIFIED),
    ("utf-8-sig", SIMPLIFIED),
    ("utf-16", SIMPLIFIED),
]


def with_mark(text, encoding):
    """UTF-16 in both orders, with the mark that tells which."""
    return ("\ufeff" + text).encode(encoding)


@pytest.mark.parametrize("encoding, text", GUESSED)
def test_auto(tamis, stats_of, cleaned, encoding, text):
    data = text.encode(encoding)
    assert tamis("clean", "--encoding", "auto", stdin=data).decode() == cleaned(text)
    assert stats_of("clean", "--encoding", "auto", stdin=data)["replaced_characters"] == 0


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_by_its_mark(tamis, cleaned, encoding):
    data = with_mark(SIMPLIFIED + "🎉\n", encoding)
    assert tamis("clean", "--encoding", "auto", stdin=data).decode() == cleaned(SIMPLIFIED + "🎉\n")


@pytest.mark.parametrize(
    "name, encoding, text",
    [("gb18030", "gb18030", SIMPLIFIED + "𠮷🎉€\n"), ("gbk", "gb18030", SIMPLIFIED + "𠮷\n"), ("big5", "big5", TRADITIONAL)]
    + [("GB2312", "gb2312", SIMPLIFIED), ("shift_jis", "cp932", JAPANESE), ("utf-16le", "utf-16-le", SIMPLIFIED)]
    + [("windows-1252", "cp1252", "Café – “crème” brûlée, said the cook.\n"), ("UTF8", "utf-8", SIMPLIFIED)],
)
def test_by_name(tamis, cleaned, name, encoding, text):
    assert tamis("clean", "--encoding", name, stdin=text.encode(encoding)).decode() == cleaned(text)


def test_places_are_those_of_the_utf_8_text(tamis):
    for block in tamis.json_lines("classify", "--text", "--encoding", "gb18030", stdin=SIMPLIFIED.encode("gb18030")):
        assert SIMPLIFIED.encode()[block["start"] : block["end"]].decode() == block["text"]
    blocks = tamis.json_lines("classify", "--text", "--encoding", "gb18030", stdin=SIMPLIFIED.encode("gb18030"))
    assert [block["text"] for block in blocks] == lines(SIMPLIFIED)


@pytest.mark.parametrize("encoding", ["gb18030", "auto"])
def test_json_lines_in_gb18030(tamis, tmp_path, cleaned, encoding):
    # Some characters hold the bytes of quotes' neighbours: \ { | } as their second byte.
    odd = "".join(char for char in map(chr, range(0x4E00, 0x9FFF)) if char.encode("gb18030")[-1:] in (b"\\", b"{", b"|", b"}"))
    assert len(odd) > 50
    records = [{"标题": odd, "text": SIMPLIFIED, "id": i, "n": 1.50} for i in range(3)]
    file = tmp_path / "in.jsonl"
    file.write_bytes(jsonl(records).decode().encode("gb18030"))
    out = tamis("clean", "--encoding", encoding, file)
    assert [json.loads(line) for line in out.decode().splitlines()] == [r | {"text": cleaned(SIMPLIFIED)} for r in records]
    # Bytes of JSON's own stay as they were.
    assert '"n": 1.5}' in out.decode()
    found = tamis.json_lines("classify", "--columns", "--encoding", encoding, file)
    assert [record["标题"] for record in found] == [odd] * 3


def test_each_line_may_have_an_encoding_of_its_own(tamis, cleaned):
    data = b"".join(jsonl([{"text": text}]).decode().encode(encoding) for encoding, text in GUESSED[:5])
    found = tamis.json_lines("clean", "--encoding", "auto", "--input-format", "jsonl", stdin=data)
    assert [record["text"] for record in found] == [cleaned(text) for _, text in GUESSED[:5]]


def test_what_cannot_be_decoded_is_counted_and_said(tamis, tmp_path, stats_of):
    file, out = tmp_path / "in.txt", tmp_path / "out.txt"
    good = SIMPLIFIED.encode("gb18030")
    # FF is no character of gb18030.
    file.write_bytes(good + b"\xff" + "好。".encode("gb18030") + b"\xff\n")
    stats = stats_of("clean", "--encoding", "gb18030", file, "-o", out)
    assert stats["replaced_characters"] == 2
    assert out.read_text(encoding="utf-8").count("\ufffd") in (0, 2)
    said = tamis.run("clean", "--encoding", "gb18030", file, "-o", out).said
    assert f"{file}, 2 characters could not be decoded" in said and "2 characters could not be decoded" in said.splitlines()[-2]


def test_what_cannot_be_decoded_in_json_lines(tamis, stats_of):
    data = jsonl([{"text": "好"}, {"text": "坏X"}]).decode().encode("gb18030").replace(b"X", b"\xff")
    args = ("clean", "--encoding", "gb18030", "--input-format", "jsonl")
    assert stats_of(*args, stdin=data)["replaced_characters"] == 1
    done = tamis.run(*args, stdin=data)
    assert "record 2: 1 characters could not be decoded" in done.said
    assert json.loads(done.stdout.splitlines()[1])["text"] == "坏\ufffd"


def test_damaged_utf_8_text_keeps_its_bytes(tamis, stats_of):
    # Without an encoding nothing is replaced: what stays, stays as it was.
    data = (ARTICLE[0] + "\n").encode() + ARTICLE[1].encode()[:-1] + b"\n" + (LEGAL + "\n").encode()
    out = tamis("clean", stdin=data)
    assert out == data[: -len((LEGAL + "\n").encode())]
    stats = stats_of("clean", stdin=data)
    assert (stats["damaged_blocks"], stats["replaced_characters"]) == (1, 0)
    # Spans in code points would be wrong there.
    assert "UTF-8" in tamis.run("classify", "--attributes", stdin=data, code=2).said


def test_encodings_that_hide_line_ends_are_for_text_only(tamis):
    data = '{"text":"a"}\n'.encode("utf-16-le")
    assert tamis.run("clean", "--encoding", "utf-16le", "--input-format", "jsonl", stdin=data, code=2).said
    assert "no encoding `klingon`" in tamis.run("clean", "--encoding", "klingon", stdin=b"", code=2).said
