// Exact times, which the server writes, become "2 hours ago"; the exact text moves to the title.
// Pages are cached for everybody, so nothing relative to now may stand in them.

const language = document.documentElement.lang || "zh-Hans";
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

function relative(seconds) {
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(0, "minute") && (language.startsWith("zh") ? "刚刚" : "just now");
}

function left(seconds) {
  const rest = Math.max(0, seconds);
  return `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
}

function refresh() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    element.title ||= element.textContent.trim();
    element.textContent = relative(Math.round((at - now) / 1000));
  }
}

function countDown() {
  for (const element of document.querySelectorAll("time[data-left]")) {
    const seconds = Math.round((Date.parse(element.dateTime) - Date.now()) / 1000);
    element.title ||= element.textContent.trim();
    element.textContent = left(seconds);
    element.closest("[data-lease]")?.toggleAttribute("data-short", seconds < 60);
  }
}

// Paper keeps the exact time.
window.addEventListener("beforeprint", () => {
  for (const element of document.querySelectorAll("time[data-relative][title]")) element.textContent = element.title;
});
window.addEventListener("afterprint", refresh);

refresh();
countDown();
setInterval(refresh, 30000);
setInterval(countDown, 1000);
document.addEventListener("htmx:after:swap", () => {
  refresh();
  countDown();
});
