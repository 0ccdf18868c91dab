// A reviewer's keys: each key follows the link or presses the button that carries it in data-key.
// Keys are silent while somebody types, and with Ctrl, Alt or Meta held.

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

function open(target) {
  const folded = target.closest("details");
  if (folded) folded.open = true;
  const first = target.querySelector("input:not([type=hidden]), select, textarea, button");
  (first ?? target).focus();
  target.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-opens]");
  const target = link && document.getElementById(link.dataset.opens);
  if (!target) return;
  event.preventDefault();
  // On narrow screens the decision stands behind its tab.
  document.querySelector("[data-tab-for~='" + CSS.escape(target.closest("[data-pane]")?.id ?? "") + "']")?.click();
  open(target);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  const key = event.key === "?" ? "?" : event.key.toLowerCase();
  const control = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!control || control.disabled) return;
  event.preventDefault();
  control.click();
});

// Narrow screens show one pane at a time; without this script they stand below each other.
const panes = document.querySelector(".panes");
const tabs = [...document.querySelectorAll("[data-tab]")];

function show(tab) {
  for (const other of tabs) {
    const now = other === tab;
    other.toggleAttribute("aria-current", false);
    if (now) other.setAttribute("aria-current", "true");
    document.querySelector(other.hash)?.classList.toggle("now", now);
  }
}

if (panes && tabs.length) {
  panes.classList.add("has-tab");
  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      show(tab);
    });
  }
  const wrong = panes.querySelector("[role=alert]")?.closest("[data-pane]");
  show(tabs.find((tab) => tab.hash === `#${wrong?.id}`) ?? tabs[0]);
}
