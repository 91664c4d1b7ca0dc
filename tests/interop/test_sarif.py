"""SARIF findings, checked against the schema of SARIF 2.1.0 (OASIS; this copy is the one in the npm package
@microsoft/jest-sarif, MIT)."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text())
PAGE = "首页 | 新闻 | 登录 | 注册\r\n\r\n昨天下午，镇上的老木匠把修好的长椅搬回了河边的小公园，孩子们围着他问个不停。\n版权所有 © 2024 All Rights Reserved\n"


@pytest.fixture
def findings(tamis):
    def run(*args, **more):
        log = json.loads(tamis("report", "--format", "sarif", *args, **more))
        Draft4Validator(SCHEMA).validate(log)
        assert log["version"] == "2.1.0" and len(log["runs"]) == 1
        return log["runs"][0]["results"]

    return run


def test_the_schema_can_fail():
    with pytest.raises(Exception):
        Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"results": []}]})


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_regions_point_at_the_text(findings, tamis, tmp_path, mark):
    file = tmp_path / "页 1.txt"
    text = mark + PAGE
    file.write_bytes(text.encode())
    results = findings(file, "--threshold", "0")
    blocks = tamis.json_lines("classify", "--text", "--threshold", "0", file)
    assert len(results) == len(blocks) == 3
    for result, block in zip(results, blocks):
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == file.as_uri()
        region = location["region"]
        start, length = region["byteOffset"], region["byteLength"]
        assert text.encode()[start : start + length].decode() == block["text"]
        start, length = region["charOffset"], region["charLength"]
        assert text[start : start + length] == block["text"]
        line = text.split("\n")[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == block["text"]
        assert region["endLine"] == region["startLine"]
        assert result["ruleId"] == f"tamis/{block['kind']}"
        assert result["rank"] == pytest.approx(100 * block["score"], abs=1e-4)


def test_other_formats_and_encodings(findings, tmp_path):
    lines = tmp_path / "pages.jsonl"
    lines.write_text("".join(json.dumps({"id": i, "text": PAGE}) + "\n" for i in range(40)))
    results = findings(lines, "--threshold", "0", "--reasons", "0")
    assert len(results) == 120
    assert results == findings(lines, "--threshold", "0", "--reasons", "0", "--threads", "1")
    assert results[3]["locations"][0]["logicalLocations"][0]["name"] == "record 2, block 0"
    assert "region" not in results[3]["locations"][0]["physicalLocation"]

    legacy = tmp_path / "legacy.txt"
    legacy.write_bytes(PAGE.encode("gb18030"))
    region = findings(legacy, "--encoding", "gb18030", "--threshold", "0")[2]["locations"][0]["physicalLocation"]["region"]
    assert "byteOffset" not in region
    assert PAGE[region["charOffset"] :][: region["charLength"]].startswith("版权所有")


def test_nothing_found_is_a_valid_log(findings, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    assert findings(empty) == []


def test_a_gate_still_writes_its_findings(tamis, tmp_path):
    out = tmp_path / "out.sarif"
    tamis("report", "--format", "sarif", "-o", out, "--threshold", "0", "--fail-over", "0.5", stdin=PAGE.encode(), code=1)
    log = json.loads(out.read_text())
    Draft4Validator(SCHEMA).validate(log)
    assert len(log["runs"][0]["results"]) == 3
