"""Text: blocks, offsets, copies, many texts, errors."""

import pickle

import pytest
from pages import page

import tamis

PAGES = [page(number) for number in range(300)]
TEXTS = [text for text in PAGES if text is not None]


def test_offsets_count_code_points(clf):
    seen = 0
    for text in [*TEXTS[:50], "a\r b\u3000\n\n🎉 𠮷\r\r\nc\x0b", "\ufeff一\n\u200b\n"]:
        blocks = clf.classify(text)
        assert [block.index for block in blocks] == list(range(len(blocks)))
        for block in blocks:
            assert text[block.start : block.end] == block.text
            assert 0 <= block.score <= 1
            assert (block.label, block.kind) == ("content", None) or block.label == "junk" and block.kind in ("boilerplate", "spam")
        seen += len(blocks)
    assert seen > 200


def test_clean_is_what_the_command_does(clf, command, tmp_path):
    for number, text in enumerate(TEXTS[:20]):
        file = tmp_path / f"{number}.txt"
        file.write_bytes(text.encode())
        assert clf.clean(text).encode() == command("clean", file)


def test_clean_takes_out_some_and_remove_junk_the_same(clf):
    cleaned = [clf.clean(text) for text in TEXTS]
    assert 0 < sum(map(len, cleaned)) < sum(map(len, TEXTS))
    for text, clean in zip(TEXTS, cleaned):
        blocks = clf.classify(text)
        assert tamis.remove_junk(text, blocks) == clean
        assert tamis.remove_junk(text, blocks[::-1]) == clean
        assert tamis.remove_junk(text, []) == text
    with pytest.raises(tamis.TamisError, match="none of this text"):
        tamis.remove_junk("another text", clf.classify(TEXTS[0]))


def test_many_are_the_same_on_any_number_of_threads(clf):
    odd = ["\ufeff首页 | 登录\n" + TEXTS[0], "é\n\n", "🎉 𠮷\r\n" + TEXTS[1] * 200, "\x00", "Home | Login\n"]
    pages = PAGES + odd
    expected = [None if text is None else clf.clean(text) for text in pages]
    many = pages * 5  # more than one round
    for threads in (1, 2, 7, None):
        assert clf.clean_many(many, threads=threads) == expected * 5
    assert clf.clean_many(iter(pages)) == expected
    assert clf.clean_many([]) == []


def test_copies_leave_the_original_alone(clf):
    text = "\n".join(TEXTS[:5])
    before = clf.clean(text)
    strict, all_content, all_junk = clf.with_preset("strict"), clf.with_threshold(1), clf.with_threshold(0)
    assert len(strict.clean(text)) < len(before)
    assert all_junk.clean(text) == ""
    assert all_content.clean(text) == text or all_content.classify(text)[0].score == 1
    assert (clf.preset, clf.threshold) == ("cautious", None)
    assert (all_junk.preset, all_junk.threshold) == (None, 0.0)
    assert strict.preset == "strict"
    assert clf.clean(text) == before


def test_rules_decide(clf, tmp_path):
    text = TEXTS[0]
    content = next(block for block in clf.classify(text) if block.label == "content")
    word = content.text[:4]
    file = tmp_path / "rules.toml"
    file.write_text(f"drop = [{word!r}]\n", encoding="utf-8")
    for rules in ({"drop": [word]}, file, str(file)):
        ruled = clf.with_rules(rules)
        block = ruled.classify(text)[content.index]
        assert (block.label, block.score) == ("junk", 1.0)
        assert ruled.explain(text, block).reasons[0].feature == "rule.drop"
        assert ruled.with_rules(None).classify(text) == clf.classify(text)
    hosts = clf.with_rules({"rule": [{"action": "drop", "words": [word], "hosts": ["news.example"]}]})
    assert hosts.clean(text) == clf.clean(text) == hosts.clean(text, url="https://other.example/")
    assert word not in hosts.clean(text, url="https://news.example/1")
    assert word not in hosts.clean_many([None, text], urls=[None, "http://news.example"])[1]


def test_explanations_add_up(clf):
    text = TEXTS[0]
    for block in clf.classify(text):
        explanation = clf.explain(text, block)
        total = explanation.base + sum(reason.contribution for reason in explanation.reasons)
        assert total == pytest.approx(explanation.log_odds, abs=1e-3)
        assert explanation.score == pytest.approx(block.score, abs=1e-5)
        words = [reason for reason in explanation.reasons if reason.word]
        assert any(len(reason.word) > 1 for reason in words), "not single characters"
        assert all(block.text[reason.start : reason.end] == reason.word for reason in words)
    assert clf.explain(text, 0).reasons[0].feature == clf.explain(text, clf.classify(text)[0]).reasons[0].feature


def test_blocks_are_values(clf):
    blocks = clf.classify(TEXTS[0])
    assert pickle.loads(pickle.dumps(blocks)) == blocks == clf.classify(TEXTS[0])
    assert blocks[0] != blocks[1]
    with pytest.raises(AttributeError):
        blocks[0].label = "content"
    assert blocks[0].text[:3] in repr(blocks[0])


def test_parts_make_up_their_block(clf):
    sentence = "会后，大家沿着河边走了一圈，看了新修的步道和两座小桥，有人提出，桥头的路灯太暗，希望入冬以前能够换成新的，村里当场答应下来。"
    spam = "澳门真人娱乐城_百家乐开户送彩金_时时彩平台_彩票投注网址"
    text = f"河边的小公园有了新椅子🎉\n\n昨天下午，镇上来了许多人，都想看看那把修了三天的长椅。\n\n{sentence}{spam}\n"
    balanced = clf.with_preset("balanced")
    *whole, block = balanced.classify(text)
    assert all(other.parts == () for other in whole)
    assert [part.label for part in block.parts] == ["content", "junk"]
    first, second = block.parts
    assert (text[first.start : first.end], text[second.start : second.end]) == (sentence, spam)
    assert (first.start, first.end, second.end) == (block.start, second.start, block.end)
    assert (first.kind, second.kind) == (None, "spam")
    assert balanced.clean(text) == text.replace(spam, "") == tamis.remove_junk(text, [block])
    assert pickle.loads(pickle.dumps(block)) == block
    wrong = tamis.Block(block.text, block.start, block.end, "junk", "spam", 1.0, block.index, parts=[second])
    with pytest.raises(tamis.TamisError, match="parts of block"):
        tamis.remove_junk(text, [wrong])

    without = balanced.with_parts(False)
    (*_, other) = without.classify(text)
    assert (other.parts, other.label, other.score) == ((), block.label, block.score)
    assert pickle.loads(pickle.dumps(without)).classify(text) == without.classify(text)


def test_scores_of_blocks_are_those_of_the_text(clf):
    pages = [text.split("\n") for text in ("a b c\nd", TEXTS[0].strip().replace("\r", "").replace("\n\n", "\n"))]
    scores = clf.score_blocks([*pages, []])
    assert scores == [[block.score for block in clf.classify("\n".join(page))] for page in pages] + [[]]


def test_errors_say_what_is_wrong(clf, tmp_path):
    model = tmp_path / "model.safetensors"
    model.write_bytes(b"nothing")
    wrong = [
        (lambda: tamis.load(tmp_path / "none"), FileNotFoundError, "none"),
        (lambda: tamis.load(model), tamis.TamisError, "model.safetensors"),
        (lambda: tamis.load(preset="lax"), tamis.TamisError, "cautious, balanced, strict"),
        (lambda: tamis.load(preset="strict", threshold=0.5), tamis.TamisError, "not both"),
        (lambda: clf.with_threshold(1.5), tamis.TamisError, "between 0 and 1"),
        (lambda: clf.with_threshold(float("nan")), tamis.TamisError, "between 0 and 1"),
        (lambda: clf.with_rules({"drop": [""]}), tamis.TamisError, "empty"),
        (lambda: clf.with_rules({"dorp": ["x"]}), tamis.TamisError, "dorp"),
        (lambda: clf.with_rules(tmp_path / "none.toml"), FileNotFoundError, "none.toml"),
        (lambda: clf.clean("\ud800"), UnicodeEncodeError, "surrogates"),
        (lambda: clf.clean(b"bytes"), TypeError, "bytes"),
        (lambda: clf.clean_many("text"), TypeError, "list"),
        (lambda: clf.clean_many([b"text"]), TypeError, "html=True"),
        (lambda: clf.clean_many([3]), TypeError, "int"),
        (lambda: clf.clean_many(["a", "\ud800"]), UnicodeEncodeError, "surrogates"),
        (lambda: clf.clean_many(["a", None, b"\x1f\x8b\x08x"], html=True), tamis.TamisError, "item 2"),
        (lambda: clf.clean_many(["a"], urls=["b", "c"]), tamis.TamisError, "urls"),
        (lambda: clf.clean_many(["a"], threads=0), tamis.TamisError, "threads"),
        (lambda: clf.explain("a", 1), IndexError, "1"),
        (lambda: clf.explain("a", clf.classify("b")[0]), tamis.TamisError, "none of this page"),
        (lambda: clf.save(tmp_path / "no" / "folder"), FileNotFoundError, "folder"),
    ]
    for call, kind, message in wrong:
        with pytest.raises(kind, match=message):
            call()
    assert issubclass(tamis.TamisError, ValueError)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.safetensors"]
