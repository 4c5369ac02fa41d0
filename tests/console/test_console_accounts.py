from __future__ import annotations

import stat
from datetime import date, timedelta

import pytest
import yaml

from console.accounts import Accounts, propose_password
from tests.console.console_scenario import CHEAP, SHORTEST
from tongcha.errors import HomeError
from tongcha.review.reviewers import Reviewers

TODAY = date(2026, 11, 20)
PASSWORD = "plum-tree-17-north"  # noqa: S105 – of an invented person


def test_a_person_is_entered_in_the_list_that_workbooks_use_and_the_hash_stays_out_of_it(tmp_path):
    Accounts(tmp_path, min_chars=SHORTEST).add("w01", "王某", ("一审", "二审"), PASSWORD)
    listed = Reviewers.load(tmp_path / "reviewers.yaml").find("w01")
    assert listed is not None
    assert listed.roles == ("一审", "二审")
    assert "argon2id" not in (tmp_path / "reviewers.yaml").read_text()
    stored = yaml.safe_load((tmp_path / "accounts.yaml").read_text())["accounts"][0]
    assert stored["password_hash"].startswith("$argon2id$")
    assert PASSWORD not in stored["password_hash"]


def test_both_files_are_for_the_owner_alone_and_wider_ones_are_refused(tmp_path):
    accounts = Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP)
    accounts.add("w01", "王某", ("一审",), PASSWORD)
    for name in ("reviewers.yaml", "accounts.yaml"):
        path = tmp_path / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        with pytest.raises(HomeError, match="其他用户可以访问"):
            accounts.find("w01")
        path.chmod(0o600)


def test_the_right_password_opens_and_others_do_not(tmp_path):
    accounts = Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP)
    accounts.add("w01", "王某", ("一审",), PASSWORD)
    found = accounts.verify("w01", PASSWORD)
    assert found is not None
    assert found.code == "w01"
    for code, password in (
        ("w01", "wrong"),
        ("w02", PASSWORD),
        ("w01", ""),
        ("w01", PASSWORD * 40),
        ("", ""),
    ):
        assert accounts.verify(code, password) is None


def test_entering_a_person_again_changes_roles_and_password_and_keeps_the_others(tmp_path):
    accounts = Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP)
    accounts.add("w02", "李某", ("二审",), PASSWORD)
    accounts.add("w01", "王某", ("一审",), PASSWORD)
    accounts.add("w01", "王某", ("集体研究",), "another-door-93-blue")
    assert accounts.verify("w01", PASSWORD) is None
    found = accounts.verify("w01", "another-door-93-blue")
    assert found is not None
    assert found.roles == ("集体研究",)
    assert accounts.verify("w02", PASSWORD) is not None


def test_disabling_a_code_that_nobody_has_is_refused(tmp_path):
    with pytest.raises(HomeError, match="不在复核人名单上"):
        Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP).disable("w99", on=TODAY)


def test_a_disabled_person_stays_on_the_list_and_can_not_log_in_until_entered_again(tmp_path):
    accounts = Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP)
    accounts.add("w01", "王某", ("一审",), PASSWORD)
    accounts.disable("w01", on=TODAY)
    accounts.disable("w01", on=TODAY + timedelta(days=9))  # since the first day, however often
    assert accounts.verify("w01", PASSWORD) is None
    assert accounts.find("w01") is None
    listed = Reviewers.load(tmp_path / "reviewers.yaml").find("w01")
    assert listed is not None
    assert listed.disabled_on == TODAY
    with pytest.raises(HomeError, match="已经停用"):
        accounts.set_password("w01", PASSWORD)
    assert accounts.add("w01", "王某", ("一审",), PASSWORD).disabled_on is None
    assert accounts.verify("w01", PASSWORD) is not None


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "xx-w01-xx-2026-xx", "长" * 129, ""])
def test_a_weak_password_is_refused_and_nothing_is_written(tmp_path, password):
    with pytest.raises(HomeError, match="密码"):
        Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP).add("w01", "王某", ("一审",), password)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "name", "roles"),
    [("王", "王某", ("一审",)), ("w01", "", ("一审",)), ("w01", "王某", ()), ("w01", "王某", ("局长",))],
)
def test_a_bad_entry_is_refused_and_nothing_is_written(tmp_path, code, name, roles):
    with pytest.raises(HomeError):
        Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP).add(code, name, roles, PASSWORD)
    assert list(tmp_path.iterdir()) == []


def test_a_password_for_nobody_is_refused(tmp_path):
    with pytest.raises(HomeError, match="不在复核人名单上"):
        Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP).set_password("w09", PASSWORD)


def test_a_damaged_accounts_file_is_told_and_opens_for_nobody(tmp_path):
    accounts = Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP)
    accounts.add("w01", "王某", ("一审",), PASSWORD)
    (tmp_path / "accounts.yaml").write_text("accounts: [{code: w01}]")
    with pytest.raises(HomeError, match=r"accounts\.yaml"):
        accounts.verify("w01", PASSWORD)


def test_proposed_passwords_are_long_different_and_accepted(tmp_path):
    proposed = {propose_password() for _ in range(50)}
    assert len(proposed) == 50
    Accounts(tmp_path, min_chars=SHORTEST, hasher=CHEAP).add("w01", "王某", ("一审",), proposed.pop())
