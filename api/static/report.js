// The report of a job: its title and client, to open it or to save it as a file.

// Fields that are left empty are no parameters.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("[data-file]")) return;
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});
document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-saves]")?.form;
  if (!form) return;
  const query = new URLSearchParams(new FormData(form));
  Object.assign(document.createElement("a"), { href: `${form.action}?${query}`, download: form.dataset.file }).click();
});

/** The button that needs this script. */
function reveal() {
  for (const one of document.querySelectorAll("[data-saves]")) one.hidden = false;
}
reveal();
document.addEventListener("htmx:afterSettle", reveal);
