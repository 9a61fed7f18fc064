// The form that adds a playlist: its file is sent as it is, and each line at fault is shown.

import { token } from "./app.js";

const form = document.getElementById("playlist-form");
const problem = document.getElementById("playlist-problem");

form?.elements.file.addEventListener("change", () => {
  const [file] = form.elements.file.files;
  if (file && !form.elements.name.value) form.elements.name.value = file.name.replace(/\.csv$/i, "");
});

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  problem.hidden = true;
  try {
    location.href = `/playlists/${await send()}`;
  } catch (error) {
    show(error);
  } finally {
    button.disabled = false;
  }
});

async function send() {
  const fields = form.elements;
  const query = new URLSearchParams(fields.viewers.value);
  query.set("name", fields.name.value.trim());
  if (fields.replace.checked) query.set("replace", "true");
  const headers = { Accept: "application/json", "Content-Type": "text/csv", "X-CSRF-Token": token };
  const response = await fetch(`/v1/playlists?${query}`, { method: "POST", headers, body: fields.file.files[0] });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error.message), { details: answer.error.details });
  return answer.id;
}

function show({ message, details = [] }) {
  const lines = details.length > 1 ? details.map((one) => `${one.field}: ${one.problem}`) : [message];
  problem.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  problem.hidden = false;
}
