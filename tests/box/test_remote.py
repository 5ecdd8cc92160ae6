# SPDX-License-Identifier: LGPL-2.1-or-later
"""hotreloadctl from another machine, and in the shells that people have."""

import tempfile
from pathlib import Path

import pytest
from harness import run, systemctl


@pytest.fixture
def ssh():
    """root may log in here by a key."""
    home = Path("/root/.ssh")
    home.mkdir(mode=0o700, exist_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "id_ed25519")
    (home / "authorized_keys").write_text((home / "id_ed25519.pub").read_text())
    (home / "config").write_text("StrictHostKeyChecking accept-new\nBatchMode yes\n")
    systemctl("start", "ssh")
    yield
    systemctl("stop", "ssh")
    for path in home.iterdir():
        path.unlink()


def test_another_host_is_asked_over_ssh(ssh):
    assert run("hotreloadctl", "-H", "root@localhost", "list").stdout.startswith("PROJECT")
    refused = run("hotreloadctl", "-H", "root@localhost", "status", "nothing/web", check=False)
    assert refused.returncode == 1 and "nothing" in refused.stderr + refused.stdout
    unreachable = run("hotreloadctl", "-H", "root@127.0.0.2:1", "list", check=False)
    assert unreachable.returncode == 5, unreachable


def completions(shell: str, line: str) -> list[str]:
    if shell == "fish":
        words = run("fish", "-c", f"complete -C '{line}'").stdout
        return [word.split("\t")[0] for word in words.splitlines()]
    if shell == "bash":
        script = f"""
            . /usr/share/bash-completion/completions/hotreloadctl
            COMP_WORDS=({line}{" ''" if line.endswith(" ") else ""}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            compopt() {{ :; }}
            _hotreloadctl; printf '%s\\n' "${{COMPREPLY[@]}}" """
        return run("bash", "-c", script).stdout.split()
    # zsh completes only on a terminal: one of its own. Without the words, the read waits for ever.
    directory = Path(tempfile.mkdtemp())
    (directory / ".zshrc").write_text("autoload -U compinit; compinit -u -D; PS1='ready: '\n")
    script = f"""
        zmodload zsh/zpty
        zpty z "TERM=dumb ZDOTDIR={directory} zsh -i"
        zpty -r -m z found '*ready: '
        zpty -w -n z $'{line}\\t\\t'
        zpty -r -m z found '*rollback*'
        print -r -- $found
        zpty -d z"""
    return run("zsh", "-fc", script, timeout=30).stdout.replace("\r", " ").split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_and_options_are_completed(shell):
    found = completions(shell, "hotreloadctl r")
    assert {"reload", "restart", "resume", "rollback"} <= set(found), found
    if shell != "zsh":
        assert "--restore-files" in completions(shell, "hotreloadctl rollback --")
