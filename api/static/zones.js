// Zones of a picture: a person draws them over it, or types their corners, keeps them, and sees who was in each.

import { say as sayText, token } from "./app.js";
import { ZoneLayer } from "./zone-layer.js";

const say = (name, values) => sayText(`zones.${name}`, values);
const FEWEST_CORNERS = 3;
const PER_CENT = 100;

/** <zone-panel data-address data-over data-figures?>: the zones that are kept at an address of the API, drawn over
    the element that `over` selects. With `figures`, it asks there who was in them, once it is opened. */
class ZonePanel extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.list = make("ul", { className: "zone-list" });
    this.form = make("div", { className: "zone-form stack" });
    this.problem = make("p", { className: "problem", role: "alert" });
    this.status = make("p", { className: "hint", role: "status" });
    this.add = make("button", { type: "button", textContent: say("add") });
    this.save = make("button", { type: "button", className: "primary", textContent: say("save") });
    this.undo = make("button", { type: "button", className: "quiet", textContent: say("undo") });
    this.add.addEventListener("click", () => this.begin());
    this.save.addEventListener("click", () => this.keep());
    this.undo.addEventListener("click", () => this.show(this.kept));
    const actions = make("div", { className: "actions" });
    actions.append(this.add, this.save, this.undo);
    this.append(this.list, this.form, ...(this.dataset.mayEdit === "false" ? [] : [actions]), this.problem, this.status);
    this.figures = new Map();
    if (this.dataset.zones) this.load(this.dataset.address, JSON.parse(this.dataset.zones));
    const opened = this.closest("details");
    opened?.addEventListener("toggle", () => opened.open && this.refresh());
  }

  disconnectedCallback() {
    this.layer?.remove();
    this.layer = null;
  }

  /** Show the zones of another source or job. */
  load(address, zones) {
    this.address = address;
    this.figures = new Map();
    this.show(zones);
  }

  show(zones) {
    this.kept = zones;
    this.zones = zones.map(({ name, points }) => ({ name, points: points.map((point) => [...point]) }));
    this.choose(null);
  }

  get isChanged() {
    return JSON.stringify(this.zones) !== JSON.stringify(this.kept.map(({ name, points }) => ({ name, points })));
  }

  begin() {
    let number = this.zones.length + 1;
    while (this.zones.some(({ name }) => name === say("new_name", { number }))) number += 1;
    this.zones.push({ name: say("new_name", { number }), points: [] });
    this.choose(this.zones.at(-1), true);
    this.form.querySelector("input").select();
  }

  choose(zone, isOpen = false) {
    this.chosen = zone;
    this.isOpen = isOpen;
    this.problem.textContent = this.status.textContent = "";
    this.render();
  }

  render() {
    this.list.replaceChildren(...this.zones.map((zone) => this.describe(zone)));
    this.form.replaceChildren(...(this.chosen ? this.makeForm(this.chosen) : []));
    this.draw();
  }

  draw() {
    this.save.disabled = this.undo.disabled = !this.isChanged;
    const host = (this.closest(".analysis") ?? document).querySelector(this.dataset.over);
    if (host && this.layer?.element.parentElement !== host) {
      this.layer?.remove();
      this.layer = new ZoneLayer(host, {
        add: (point) => this.addCorner(point),
        move: (index, point, isDragged) => this.moveCorner(index, point, isDragged),
        remove: (index) => this.removeCorner(index),
        close: () => this.isOpen && this.chosen.points.length >= FEWEST_CORNERS && this.choose(this.chosen),
        name: (index) => say("corner", { number: index + 1 }),
      });
    }
    this.layer?.draw(this.zones, this.chosen, this.isOpen);
  }

  // ---- the list

  describe(zone) {
    const line = make("li");
    const name = make("button", { type: "button", className: "quiet", textContent: zone.name });
    name.setAttribute("aria-pressed", String(zone === this.chosen));
    name.addEventListener("click", () => this.choose(zone === this.chosen ? null : zone));
    const figures = make("span", { className: "soft", textContent: describeFigures(this.figures.get(zone.name)) });
    line.append(this.dataset.mayEdit === "false" ? make("b", { textContent: zone.name }) : name, figures);
    return line;
  }

  /** Who was in each zone, by its name. */
  tell(figures, note = "") {
    this.figures = figures;
    [...this.list.children].forEach((line, index) => {
      line.querySelector("span").textContent = describeFigures(figures.get(this.zones[index].name));
    });
    if (note && !this.problem.textContent) this.status.textContent = note;
  }

  async refresh() {
    if (!this.dataset.figures || !this.kept.length) return;
    try {
      const found = await call("GET", this.dataset.figures);
      const crossings = new Map(found.crossings.map((one) => [one.zone, one]));
      this.tell(
        new Map(found.groups.map(({ zone, people, screen_time: time }) =>
          [zone, { ...crossings.get(zone), people, seconds: time?.seconds, least: found.min_cell }])),
        say(found.is_linked ? "linked" : "by_shot"),
      );
    } catch (error) {
      this.problem.textContent = error.message;
    }
  }

  // ---- the form of the chosen zone

  makeForm(zone) {
    const name = make("input", { value: zone.name, maxLength: 100 });
    name.addEventListener("input", () => {
      zone.name = name.value;
      this.list.children[this.zones.indexOf(zone)].querySelector("button").textContent = name.value;
      this.draw();
    });
    const label = make("label", { className: "zone-title", textContent: say("name") });
    label.append(name);
    const corners = make("ol", { className: "corners" });
    corners.append(...zone.points.map((_, index) => this.makeCornerLine(zone, index)));
    const more = make("button", { type: "button", textContent: say("add_corner") });
    more.addEventListener("click", () => this.focusCorner(this.addCorner(findMiddle(zone.points))));
    const done = make("button", { type: "button", textContent: say("done") });
    done.addEventListener("click", () => {
      this.choose(null);
      this.list.children[this.zones.indexOf(zone)].querySelector("button").focus();
    });
    const remove = make("button", { type: "button", className: "danger", textContent: say("remove") });
    remove.addEventListener("click", () => {
      this.zones = this.zones.filter((one) => one !== zone);
      this.choose(null);
      this.add.focus();
    });
    const actions = make("div", { className: "actions" });
    actions.append(more, done, remove);
    const hint = make("p", { className: "hint", textContent: say(this.isOpen ? "hint_draw" : "hint_edit") });
    const sides = make("p", { className: "hint", textContent: say("sides"), hidden: !zone.points.length });
    return [label, hint, sides, corners, actions];
  }

  makeCornerLine(zone, index) {
    const line = make("li");
    const fields = ["left", "top"].map((side, axis) => {
      const field = make("input", { type: "number", min: 0, max: PER_CENT, step: "any", value: toPercent(zone.points[index][axis]) });
      field.setAttribute("aria-label", say(`from_${side}`, { number: index + 1 }));
      field.addEventListener("input", () => {
        if (!field.validity.valid || field.value === "") return;
        zone.points[index][axis] = Number(field.value) / PER_CENT;
        this.draw();
      });
      return field;
    });
    const remove = make("button", { type: "button", className: "quiet", textContent: "×" });
    remove.setAttribute("aria-label", say("remove_corner", { number: index + 1 }));
    remove.addEventListener("click", () => this.removeCorner(index));
    const row = make("div");
    row.append(...fields, remove);
    line.append(row);
    return line;
  }

  /** Returns its place: at the end of an outline that is being drawn, else where it fits best. */
  addCorner(point) {
    const { points } = this.chosen;
    const index = this.isOpen ? points.length : findSide(points, point);
    points.splice(index, 0, point);
    this.render();
    return index;
  }

  focusCorner(index) {
    this.form.querySelectorAll(".corners li")[index]?.querySelector("input").focus();
  }

  moveCorner(index, point, isDragged) {
    this.chosen.points[index] = point;
    this.form.querySelectorAll(".corners li")[index].querySelectorAll("input").forEach((field, axis) => {
      field.value = toPercent(point[axis]);
    });
    this.save.disabled = this.undo.disabled = !this.isChanged;
    if (isDragged) this.layer.redraw(this.zones, this.chosen, this.isOpen);
    else this.draw();
  }

  removeCorner(index) {
    this.chosen.points.splice(index, 1);
    this.render();
    this.focusCorner(Math.min(index, this.chosen.points.length - 1));
  }

  async keep() {
    this.problem.textContent = this.status.textContent = "";
    this.save.disabled = true;
    try {
      const { zones } = await call("PUT", this.address, { zones: this.zones });
      this.show(zones);
      this.status.textContent = say("saved");
      this.dispatchEvent(new CustomEvent("zones-kept"));
      await this.refresh();
    } catch (error) {
      this.problem.textContent = error.message;
      this.draw();
    }
  }
}

async function call(method, address, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": token };
  const response = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

function make(name, values = {}) {
  const { role, ...others } = values;
  const element = Object.assign(document.createElement(name), others);
  if (role) element.setAttribute("role", role);
  return element;
}

/** Nothing is known of a zone before somebody has left it, or where nobody counts. */
export function describeFigures(figures) {
  if (!figures) return "";
  const { people, seconds, entered, left, least } = figures;
  const parts = [people === null ? say("few", { least }) : say("people", { count: people })];
  if (seconds !== null && seconds !== undefined) parts.push(say("seconds", { seconds: Math.round(seconds) }));
  for (const [name, count] of [["entered", entered], ["left", left]]) if (count !== null) parts.push(say(name, { count }));
  return parts.join(", ");
}

function toPercent(part) {
  return Math.round(PER_CENT * PER_CENT * part) / PER_CENT;
}

/** Where another corner makes the outline least longer. */
function findSide(points, point) {
  const detours = points.map((corner, index) => {
    const next = points[(index + 1) % points.length];
    return measure(corner, point) + measure(point, next) - measure(corner, next);
  });
  return points.length < FEWEST_CORNERS ? points.length : detours.indexOf(Math.min(...detours)) + 1;
}

function measure([x1, y1], [x2, y2]) {
  return Math.hypot(x2 - x1, y2 - y1);
}

/** A corner for those who do not click: three to begin with, then one on the last side. */
function findMiddle(points) {
  const first = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75]];
  if (points.length < first.length) return first[points.length];
  const [[x1, y1], [x2, y2]] = [points.at(-1), points[0]];
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}

customElements.define("zone-panel", ZonePanel);
