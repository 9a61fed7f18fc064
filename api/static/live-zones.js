// The zones of the camera that is watched on the live page, and who is in them while its people are counted.

import "./zones.js";
import { say as sayText } from "./app.js";

const say = (name, values) => sayText(`zones.${name}`, values);
const section = document.getElementById("zones");
const panel = section?.querySelector("zone-panel");
const title = section?.querySelector("h3");
let source = null;

document.addEventListener("feed-chosen", async ({ detail: name }) => {
  if (name === source) return;
  source = name;
  const address = `/v1/zones/${name.split("/").map(encodeURIComponent).join("/")}`;
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok || name !== source) return;
  title.textContent = say("of_source", { name });
  panel.load(address, (await response.json()).zones);
  section.hidden = false;
});
document.addEventListener("headcounts-read", ({ detail: counted }) => {
  if (source === null) return;
  const headcount = counted.get(source);
  const zones = headcount?.zones ?? [];
  panel.tell(new Map(zones.map((one) => [one.zone, one])), headcount ? "" : say("not_counted"));
});
