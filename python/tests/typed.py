"""Uses every name of the package the way its types say; mypy checks it, and it runs."""

from pathlib import Path

import pyarrow
from typing_extensions import assert_type

import tamis

TEXT = "首页 | 新闻 | 登录 | 注册\n\n昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。\n"
HTML = "<ul><li>首页<li>新闻</ul><p>昨天，镇上的<b>老木匠</b>把修好的长椅搬回了河边。"


def use(folder: Path) -> None:
    clf = tamis.load(preset="balanced", rules={"drop": ["加微信"]})
    assert_type(clf.with_preset("strict").with_threshold(0.7).with_rules(None), tamis.Classifier)
    assert_type(clf.threshold, float | None)
    assert_type(clf.metrics, dict[str, float])
    assert_type(clf.clean(TEXT, url="https://news.example/1"), str)
    assert_type(clf.clean_html(HTML.encode()), str)
    assert_type(clf.clean_many([TEXT], threads=1), list[str])
    assert_type(clf.clean_many([TEXT, None], urls=["https://news.example/1", None]), list[str | None])
    assert_type(clf.clean_many([HTML, HTML.encode(), None], html=True), list[str | None])
    blocks = clf.classify(TEXT)
    assert_type(blocks, list[tamis.Block])
    assert_type(clf.classify_html(HTML)[0].path, str | None)
    assert_type(tamis.remove_junk(TEXT, blocks), str)
    assert_type(tamis.decode_html(HTML.encode()), str)
    explanation = clf.explain(TEXT, blocks[0])
    assert_type(explanation, tamis.Explanation)
    assert_type(clf.explain_html(HTML, 0).reasons[0].word, str | None)
    assert_type(clf.score_blocks([[TEXT, TEXT], []]), list[list[float]])
    column = clf.clean_arrow(pyarrow.table({"text": [TEXT]}))
    assert_type(column, tamis.Column)
    assert_type(len(clf.classify_arrow(column)), int)
    labels = {0: "junk", 1: "content"}
    page = {"site": "a", "blocks": [{"text": block.text, "label": labels[block.index]} for block in blocks]}
    trained = tamis.train([page, page | {"site": "b"}], recipe={"folds": 2}, augment=False, threads=1)
    assert_type(trained, tamis.Classifier)
    trained.save(folder / "model.safetensors")
    report = tamis.evaluate(tamis.load(folder / "model.safetensors"), [page], split="all")
    assert report["pages"] == 1
