"""train and evaluate."""

import json
import pickle

import pytest
from pages import record

import tamis

RECORDS = [record(number) for number in range(40)]
RECIPE = {"name": "test", "seed": 3, "folds": 3, "table_bits": 14}


@pytest.fixture(scope="module")
def trained():
    return tamis.train(RECORDS, recipe=RECIPE, augment=False)


def test_it_learns(trained):
    assert trained.metadata["name"] == "test"
    assert trained.metrics["auc"] > 0.9
    held_out = [record(number) for number in range(1000, 1020)]
    report = tamis.evaluate(trained, held_out)
    assert report["pages"] == 20
    assert report["overall"]["auc"] > 0.9
    assert set(report["by_set"]) == {"records"}


def test_it_is_the_same_on_any_number_of_threads(trained, tmp_path):
    trained.save(tmp_path / "a")
    tamis.train(RECORDS, recipe=RECIPE, augment=False, threads=1).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_files_and_records_are_one(trained, command, tmp_path):
    file = tmp_path / "records.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in RECORDS), encoding="utf-8")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in RECIPE.items()), encoding="utf-8")
    trained.save(tmp_path / "a")
    for data in (file, str(tmp_path), [file]):
        tamis.train(data, recipe=recipe, augment=False).save(tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    command("train", file, "--recipe", recipe, "--no-augment", "-o", tmp_path / "c")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "c").read_bytes()
    printed = json.loads(command("eval", tmp_path / "a", file, "--format", "json"))
    assert tamis.evaluate(trained, [file]) == printed


def test_a_trained_classifier_survives(trained, tmp_path):
    trained.save(tmp_path / "model")
    text = "首页 | 登录\n镇上的老木匠把长椅搬回了河边。"
    for copy in (tamis.load(tmp_path / "model"), pickle.loads(pickle.dumps(trained.with_threshold(0.3)))):
        assert [block.score for block in copy.classify(text)] == [block.score for block in trained.classify(text)]
    assert copy.threshold == pytest.approx(0.3)


def test_splits():
    records = [one | {"split": "test" if number < 4 else "train"} for number, one in enumerate(RECORDS)]
    clf = tamis.load()
    assert [tamis.evaluate(clf, records, split=split)["pages"] for split in ("all", "train", "test")] == [40, 36, 4]
    with pytest.raises(tamis.TamisError, match="split"):
        tamis.evaluate(clf, RECORDS, split="test")


def test_errors_say_what_is_wrong(tmp_path):
    bad = [{"blocks": [{"text": "x", "label": "perhaps"}]}]
    wrong = [
        (lambda: tamis.train(tmp_path / "none.jsonl"), FileNotFoundError, "none.jsonl"),
        (lambda: tamis.train([]), tamis.TamisError, "no data"),
        (lambda: tamis.train(RECORDS[0]), TypeError, "one record"),
        (lambda: tamis.train(bad), tamis.TamisError, "record 1.*perhaps"),
        (lambda: tamis.train(RECORDS[:1]), tamis.TamisError, "one site"),
        (lambda: tamis.train(RECORDS, recipe={"fold": 3}), tamis.TamisError, "fold"),
        (lambda: tamis.train(RECORDS, recipe={"folds": 1}), tamis.TamisError, "folds"),
        (lambda: tamis.train(RECORDS, recipe=tmp_path / "none.toml"), FileNotFoundError, "none.toml"),
        (lambda: tamis.evaluate(tamis.load(), RECORDS, split="dev"), tamis.TamisError, "all, train, test"),
        (lambda: tamis.evaluate(None, RECORDS), TypeError, "Classifier"),
    ]
    for call, kind, message in wrong:
        with pytest.raises(kind, match=message):
            call()
