"""Colours go to terminals only, and not where NO_COLOR is set (no-color.org)."""

import os
import sys

import pytest

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
import subprocess  # noqa: E402

PAGE = "首页 | 新闻 | 登录 | 注册\n版权所有 © 2024 All Rights Reserved\n"


def on_a_terminal(binary, page, **environment):
    main, side = pty.openpty()
    # What decides about colours; where CI is set, logs are coloured whatever TERM says.
    steering = ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI")
    env = {key: value for key, value in os.environ.items() if key not in steering}
    env |= {"TERM": "xterm-256color", **environment}
    command = [binary, "report", "--threshold", "0", page]
    child = subprocess.Popen(command, stdout=side, stderr=side, stdin=subprocess.DEVNULL, env=env)
    os.close(side)
    said = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(main)
    assert child.wait(timeout=60) == 0
    return said.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_colours(tamis, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text(PAGE)
    assert "\x1b[" in on_a_terminal(tamis.binary, page)
    assert "\x1b" not in on_a_terminal(tamis.binary, page, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(tamis.binary, page, TERM="dumb")
    assert b"\x1b" not in tamis("report", "--threshold", "0", page)
    out = tmp_path / "report.txt"
    tamis("report", "--threshold", "0", page, "-o", out)
    assert out.read_bytes() == tamis("report", "--threshold", "0", page)


def test_text_cannot_steer_the_terminal(tamis, tmp_path):
    page = tmp_path / "a\x1b[31mb.txt"
    page.write_text("\x1b]0;title\x07 首页 | 登录\n")
    said = tamis("report", "--threshold", "0", page).decode()
    assert "\x1b" not in said and "\x07" not in said, said


def test_wide_characters_are_cut_to_columns(tamis, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("长" * 100 + "\n" + "a" * 100 + "\n")
    rows = [line for line in tamis("report", "--threshold", "0", "--reasons", "0", page).decode().splitlines() if "…" in line]
    assert [row.count("长") + row.count("a" * 60) for row in rows] == [30, 1]
