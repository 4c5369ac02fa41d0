"""The console in a real browser: keyboard, no script, blindness, undo, two people at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.console.console_batch import BATCH, LINKS, LOOKALIKE, SURE
from tests.console.console_scenario import PASSWORD, REVIEW_POLICY, World, link_path, queue_path
from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.review.judgements import project_judgements
from tongcha.review.queue import build_review_queue

if TYPE_CHECKING:
    from console.settings import ConsoleSettings

pytestmark = pytest.mark.slow
CHROMIUM = Path("/usr/bin/chromium")
REASON = "证件号与姓名都不同"
expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def enter(chromium, address):
    """Return a function that logs in with a browser session of its own; what a page complains of fails."""
    complaints: list[str] = []
    contexts = []

    def log_in(code: str, *, with_script: bool = True) -> Page:
        context = chromium.new_context(java_script_enabled=with_script, base_url=address, locale="zh-CN")
        contexts.append(context)
        page: Page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend(list_foreign(request.url, address)))
        page.goto("/login")
        page.get_by_label("复核人代号").fill(code)
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="批次")).to_be_visible()
        return page

    yield log_in
    for context in contexts:
        context.close()
    told = [
        text for text in complaints if "status of 4" not in text
    ]  # a refusal is also noted by the browser
    assert told == []


def list_foreign(url: str, address: str) -> list[str]:
    return [] if url.startswith(address) else [url]


def see_link(page: Page, link_id: str) -> None:
    expect(page.locator("h1", has_text=link_id)).to_be_visible()


def verdicts(settings: ConsoleSettings) -> list[tuple[str, object, str, object]]:
    standing = drop_retracted(settings.ledger.events())
    return [
        (event.subject, event.payload["round"], event.actor, event.payload["verdict"])
        for event in standing
        if event.kind is EventKind.JUDGEMENT
    ]


def test_a_batch_is_judged_by_keyboard_alone(enter, settings):
    page = enter("r1")
    page.goto(queue_path("一审"))
    page.keyboard.press("j")
    see_link(page, SURE)
    page.keyboard.press("1")
    see_link(page, LOOKALIKE)
    page.keyboard.press("2")
    expect(page.get_by_text("写好后按 Ctrl+Enter 提交")).to_be_visible()
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type(REASON + " 123")  # digits in a reason are no answers
    page.keyboard.press("Control+Enter")
    see_link(page, LINKS[2])
    page.keyboard.press("j")
    see_link(page, LINKS[3])
    page.keyboard.press("k")
    see_link(page, LINKS[2])
    page.keyboard.press("3")
    page.keyboard.type("证据不足以判断")
    page.keyboard.press("Control+Enter")
    see_link(page, LINKS[3])
    assert verdicts(settings) == [
        (SURE, "一审", "r1", "same"),
        (LOOKALIKE, "一审", "r1", "different"),
        (LINKS[2], "一审", "r1", "unsure"),
    ]


def test_undo_by_key_leads_back_to_the_link_and_the_answer_can_be_given_again(enter, settings):
    page = enter("r1")
    page.goto(link_path(LOOKALIKE))
    page.keyboard.press("1")
    see_link(page, LINKS[2])
    page.keyboard.press("u")
    expect(page.get_by_text("已撤销")).to_be_visible()
    see_link(page, LOOKALIKE)
    assert verdicts(settings) == []
    page.keyboard.press("1")
    see_link(page, LINKS[2])
    assert verdicts(settings) == [(LOOKALIKE, "一审", "r1", "same")]
    assert settings.ledger.verify().is_intact


def test_everything_works_without_javascript(enter, settings):
    page = enter("r1", with_script=False)
    page.get_by_role("link", name="一审").click()
    page.get_by_role("link", name="从第一条开始").click()
    see_link(page, SURE)
    page.get_by_role("button", name="同一人", exact=False).first.click()
    see_link(page, LOOKALIKE)
    page.get_by_role("button", name="不是同一人").click()
    expect(page.get_by_role("alert")).to_contain_text("此结论须写理由")
    page.get_by_label("理由", exact=False).first.fill(REASON)
    page.get_by_role("button", name="不是同一人").click()
    see_link(page, LINKS[2])
    page.get_by_role("button", name="撤销").click()
    see_link(page, LOOKALIKE)
    page.get_by_text("须回避").first.click()
    page.get_by_label("回避理由", exact=False).fill("与当事人是亲属")
    page.get_by_role("button", name="声明回避").click()
    see_link(page, LINKS[2])
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录复核台")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("李芳")).to_have_count(0)
    assert verdicts(settings) == [(SURE, "一审", "r1", "same")]
    assert [event.actor for event in settings.ledger.events(EventKind.RECUSAL)] == ["r1"]


def test_the_second_reviewer_is_blind_and_the_panel_settles_a_disagreement(enter, settings):
    first, second = enter("r1"), enter("r3")
    first.goto(link_path(LOOKALIKE))
    first.keyboard.press("2")
    first.keyboard.type("只有甲知道的理由")
    first.keyboard.press("Control+Enter")
    see_link(first, LINKS[2])
    second.goto(link_path(LOOKALIKE))
    text = second.locator("body").inner_text()
    for trace in ("r1", "复核员甲", "只有甲知道的理由", "比特", "需复核"):
        assert trace not in text
    second.keyboard.press("1")
    expect(second.get_by_text("刚登记")).to_be_visible()
    second.get_by_role("link", name="对照机器的看法").click()
    expect(second.get_by_role("heading", name="机器的看法")).to_be_visible()
    panel = enter("r4")
    panel.goto(link_path(LOOKALIKE))
    expect(panel.get_by_role("heading", name="先前的意见")).to_be_visible()
    expect(panel.get_by_text("只有甲知道的理由")).to_be_visible()
    links = World().tables["candidate_links"]
    judged = project_judgements(settings.ledger.events(), links, BATCH)
    queue = build_review_queue(links, judged, REVIEW_POLICY)
    assert dict(queue.select("link_id", "state").iter_rows())[LOOKALIKE] == "待集体研究"


def test_two_first_reviewers_work_through_the_batch_at_once_without_judging_a_link_twice(enter, settings):
    pages = [enter("r1"), enter("r6")]
    for page in pages:
        page.goto(queue_path("一审"))
        page.keyboard.press("j")
        page.wait_for_selector("#verdict")
    for turn in range(2 * len(LINKS)):
        page = pages[turn % 2]
        if page.locator("#verdict").count() == 0:
            continue
        link_id = page.locator("h1 code").inner_text()
        page.keyboard.press("1")
        expect(page.locator("h1", has_text=link_id)).to_have_count(0)
    judged = [subject for subject, *_ in verdicts(settings)]
    assert sorted(judged) == sorted(LINKS)
    assert {actor for _, _, actor, _ in verdicts(settings)} == {"r1", "r6"}
    assert settings.ledger.verify().is_intact


def test_a_page_can_be_read_without_seeing_it(enter):
    page = enter("r2")
    page.goto(link_path(LOOKALIKE))
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    unnamed = page.evaluate(
        """() => Array.from(document.querySelectorAll('input:not([type=hidden]), textarea'))
        .filter(node => !node.labels.length).length"""
    )
    assert unnamed == 0
    outlines = page.evaluate(
        """() => Array.from(document.querySelectorAll('.answers button')).map(node => {
        node.focus({focusVisible: true}); return getComputedStyle(node).outlineStyle; })"""
    )
    assert outlines == ["solid"] * 3


def test_text_has_enough_contrast(enter):
    """WCAG 2.1 AA: 4.5 to 1 for text against what is behind it."""
    page = enter("r2")
    page.goto(link_path(LOOKALIKE))
    poor = page.evaluate(
        r"""() => {
        const parse = (c) => c.match(/[\d.]+/g).map(Number);
        const light = (c) => { const [r, g, b] = parse(c).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const behind = (n) => { for (; n; n = n.parentElement) {
            const c = getComputedStyle(n).backgroundColor;
            if (parse(c).length === 3) return c; } return 'rgb(255, 255, 255)'; };
        return Array.from(document.querySelectorAll('body *'))
            .filter(n => n.offsetParent)
            .filter(n => Array.from(n.childNodes).some(c => c.nodeType === 3 && c.data.trim()))
            .map(n => { const [a, b] = [light(getComputedStyle(n).color), light(behind(n))];
                return [n.className || n.tagName, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]; })
            .filter(([, ratio]) => ratio < 4.5); }"""
    )
    assert poor == []


@pytest.mark.parametrize("path", ["/", queue_path(), link_path(LOOKALIKE), link_path(SURE)])
def test_whoever_enlarges_the_page_fourfold_never_scrolls_sideways(enter, path):
    """WCAG 2.1 AA, 1.4.10: 320 pixels are a window of 1280 at 400 %."""
    page = enter("r1")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_browser_keeps_no_personal_data(enter):
    page = enter("r1")
    page.goto(link_path(LOOKALIKE))
    page.keyboard.press("1")
    see_link(page, LINKS[2])
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    for name in ("李芳", "李方", "2102031980", "1380013800"):
        assert name not in kept


def test_a_password_form_tells_password_managers_whose_it_is_and_nobody_else_meets_that_field(enter):
    page = enter("r1")
    page.goto("/password")
    field = page.locator('form[action="/password"] input[autocomplete="username"]')
    assert field.input_value() == "r1"
    expect(field).to_be_hidden()
    expect(page.get_by_role("textbox")).to_have_count(3)  # the passwords alone, for a screen reader too
    sent = page.evaluate("[...new FormData(document.querySelector('form.stack')).keys()]")
    assert sent == ["token", "present", "fresh", "again"]
