// Keyboard: whatever carries data-key answers to that key. Everything works without this file.
"use strict";

const isTyping = (node) => node.matches("input, textarea, select, [contenteditable]");
const find = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

// An answer that needs a reason is kept in mind until the reason is written.
const askForReason = (button) => {
  const reason = document.getElementById("reason");
  const needed = Number(button.dataset.reason || 0);
  if (!reason || Array.from(reason.value.trim()).length >= needed) return false;
  document.querySelectorAll(".answers .chosen").forEach((node) => node.classList.remove("chosen"));
  button.classList.add("chosen");
  document.getElementById("key-hint").textContent =
    `“${button.textContent.trim().slice(1).trim()}”须写理由（至少 ${needed} 个字）；写好后按 Ctrl+Enter 提交。`;
  reason.focus();
  return true;
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.isComposing || event.altKey || event.metaKey) return;
  if (isTyping(target)) {
    if (event.key === "Escape") target.blur();
    const chosen = document.querySelector(".answers .chosen");
    if (event.ctrlKey && event.key === "Enter" && chosen) chosen.click();
    return;
  }
  if (event.ctrlKey || event.repeat) return;
  const node = find(event.key);
  if (!node) return;
  event.preventDefault();
  if (isTyping(node)) node.focus();
  else node.click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest(".answers button");
  if (button && askForReason(button)) event.preventDefault();
}, true);

// A page that has just been swapped in is read from its text, and keys are answers again: htmx would keep
// the focus in the reason of the page before. At once, never later: somebody may already be writing.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target === document.body) document.getElementById("main").focus({ preventScroll: true });
});

// Nobody at the desk: what is on the screen goes when the login lapses.
let timer;
const restart = () => {
  clearTimeout(timer);
  const seconds = Number(document.body.dataset.idle || 0);
  if (seconds) timer = setTimeout(() => location.replace("/login"), seconds * 1000);
};
["keydown", "pointerdown", "htmx:afterSettle"].forEach((name) => document.addEventListener(name, restart));
restart();
