// The lines editor: add a line from the template, clear one away. Without this script the form has
// a button that sends it and comes back with an empty line.

// Who is chosen from the register is called as it is called there.
document.addEventListener("change", (event) => {
  const { name, place } = event.target.dataset;
  if (!name || !event.target.matches("[name=organisation]")) return;
  const { organisation_name: written, place: where } = event.target.form.elements;
  written.value = name;
  if (where && !where.value) where.value = place;
});

// The paste box and the table come anew together: whoever pressed the button is led to the table.
let reading = false;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-reads]")) reading = true;
});
document.addEventListener("htmx:after:swap", () => {
  if (reading) document.querySelector("#id_lines [data-line] select")?.focus();
  reading = false;
});

function renumber(editor) {
  editor.querySelectorAll("[data-line-number]").forEach((element, at) => {
    element.textContent = String(at + 1);
  });
}

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add-line]");
  if (add) {
    event.preventDefault();
    const editor = add.closest("[data-lines]");
    const total = editor.querySelector("[data-lines-total]");
    const template = editor.querySelector("template");
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__n__", total.value);
    total.value = String(Number(total.value) + 1);
    editor.querySelector("[data-lines-list]").append(holder.content);
    renumber(editor);
    editor.querySelector("[data-lines-list] > :last-child select")?.focus();
  }

  const remove = event.target.closest("[data-remove-line]");
  if (remove) {
    event.preventDefault();
    const editor = remove.closest("[data-lines]");
    const line = remove.closest("[data-line]");
    // Kept in the form and marked, so that the numbers of the other lines stay theirs.
    line.querySelector("[data-line-delete]").checked = true;
    line.hidden = true;
    line.removeAttribute("data-line");
    line.querySelector("[data-line-number]")?.removeAttribute("data-line-number");
    renumber(editor);
    editor.querySelector("[data-add-line]").focus();
  }
});
