// On a telephone the form asks one question a page. The form stays one form: sections are shown in
// turn, and without this script they stand below each other.

const form = document.querySelector("form[data-steps]");
const narrow = window.matchMedia("(max-width: 39.99rem)");

if (form?.querySelector("[data-step-bar]")) {
  const sections = [...form.querySelectorAll("[data-step]")];
  const bar = form.querySelector("[data-step-bar]");
  const counter = form.querySelector("[data-step-count]");
  const [back, next] = ["[data-step-back]", "[data-step-next]"].map((name) => form.querySelector(name));
  const send = form.querySelector("[data-step-send]");
  // Sent back with errors: begin at the first of them.
  let at = Math.max(0, sections.findIndex((section) => section.querySelector(".wrong, .error")));

  // Our own sentence in the page's language, not the browser's bubble in its own. Anything else that may
  // be wrong is said by the server.
  const say = (field, sentence) => {
    const holder = field.closest(".field");
    const said = holder?.querySelector("[data-said]");
    if (!sentence) {
      if (said) holder.classList.remove("wrong");
      return said?.remove();
    }
    if (said || !holder) return;
    holder.classList.add("wrong");
    const error = document.createElement("p");
    error.className = "error";
    error.dataset.said = "";
    error.role = "alert";
    error.textContent = sentence;
    (holder.querySelector(".hint") ?? holder.querySelector("label, legend")).after(error);
  };

  const show = (move) => {
    const one = narrow.matches;
    bar.hidden = !one;
    sections.forEach((section, index) => (section.hidden = one && index !== at));
    send.hidden = one && at < sections.length - 1;
    back.hidden = at === 0;
    next.hidden = at === sections.length - 1;
    counter.textContent = `${at + 1} / ${sections.length}`;
    if (move && one) {
      const heading = sections[at].querySelector("h2");
      heading.tabIndex = -1;
      heading.focus();
      heading.scrollIntoView({ block: "start" });
    }
  };

  next.addEventListener("click", () => {
    const fields = [...sections[at].querySelectorAll("input, select, textarea")];
    const missing = fields.filter((field) => field.validity.valueMissing);
    for (const field of fields) say(field, missing.includes(field) ? form.dataset.missing : "");
    if (missing.length) return missing[0].focus();
    at += 1;
    show(true);
  });
  back.addEventListener("click", () => {
    at -= 1;
    show(true);
  });
  // A required field in a section that is not shown cannot be pointed at: bring its section up.
  form.addEventListener("invalid", (event) => {
    const index = sections.findIndex((section) => section.contains(event.target));
    if (narrow.matches && index >= 0 && index !== at) {
      at = index;
      show(false);
    }
  }, true);
  // The summary of errors points into sections that may not be shown.
  document.querySelector("[data-error-summary]")?.addEventListener("click", (event) => {
    const target = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    const index = sections.findIndex((section) => section.contains(target));
    if (!narrow.matches || index < 0) return;
    event.preventDefault();
    at = index;
    show(false);
    const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    (field ?? target).focus();
    target.scrollIntoView({ block: "start" });
  });
  narrow.addEventListener("change", () => show(false));
  show(false);
}
