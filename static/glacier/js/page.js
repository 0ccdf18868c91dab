// Small things every page needs: dialogs, a word when the server does not answer, focus on errors.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
  }
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  // A click beside an open dialog closes it.
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// A select that narrows the list is enough: no button needs pressing where scripts run.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) {
    for (const name of (event.target.dataset.clears ?? "").split(" ")) {
      if (form.elements[name]) form.elements[name].value = "";
    }
    form.requestSubmit();
  }
});

// What may be written to the sender for this reason, where nothing of one's own was written yet.
document.addEventListener("change", (event) => {
  const fix = event.target.matches("select[name=reason]") && event.target.form?.elements.how_to_fix;
  if (!fix || (fix.value !== "" && fix.value !== fix.dataset.offered)) return;
  fix.value = fix.dataset.offered = event.target.selectedOptions[0]?.dataset.fix ?? "";
});

// Filters left empty stay out of the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-auto]")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

const toast = document.getElementById("no-answer");
for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    const status = event.detail?.ctx?.response?.status ?? 0;
    // Refusals bring their own words; only silence and breakage need ours.
    if (toast && (status === 0 || status >= 500)) toast.hidden = false;
  });
}
document.addEventListener("htmx:before:request", () => {
  if (toast) toast.hidden = true;
});

// A box made larger by hand carries a style, which htmx would write into its successor and the content
// security policy refuses.
document.addEventListener("htmx:before:swap", () => {
  for (const sized of document.querySelectorAll("textarea[style]")) sized.removeAttribute("style");
});

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
