// Zones drawn over a picture: all of them as outlines, and the corners of the chosen one to move.

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01; // of the picture, for one press of an arrow key
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/** A layer over `host`, a positioned element with a picture. `on` says what to do: `add` a corner at a
    point, `move` one, `remove` one, `close` the outline; and how a corner is called. */
export class ZoneLayer {
  constructor(host, on) {
    this.on = on;
    this.element = Object.assign(document.createElement("div"), { className: "zone-layer" });
    this.outlines = document.createElementNS(SVG, "svg");
    this.outlines.setAttribute("viewBox", "0 0 1 1");
    this.outlines.setAttribute("preserveAspectRatio", "none");
    this.outlines.setAttribute("aria-hidden", "true");
    this.marks = document.createElement("div");
    this.element.append(this.outlines, this.marks);
    this.element.addEventListener("click", (event) => {
      if (this.element.dataset.state === "edited" && !event.target.closest(".corner")) this.on.add(this.locate(event));
    });
    host.append(this.element);
  }

  remove() {
    this.element.remove();
  }

  /** Without a `chosen` zone, nothing can be clicked. */
  draw(zones, chosen, isOpen) {
    this.element.dataset.state = chosen ? "edited" : "shown";
    this.outlines.replaceChildren(...zones.flatMap((zone) => drawOutline(zone, zone === chosen, isOpen)));
    const corners = chosen?.points.map((point, index) => this.makeCorner(chosen, index)) ?? [];
    this.marks.replaceChildren(...zones.filter(({ points }) => points.length).map(drawName), ...corners);
  }

  makeCorner(zone, index) {
    const corner = Object.assign(document.createElement("button"), { type: "button", className: "corner" });
    place(corner, zone.points[index]);
    corner.setAttribute("aria-label", this.on.name(index));
    corner.addEventListener("pointerdown", (event) => this.follow(event, corner, index));
    corner.addEventListener("click", () => index === 0 && this.on.close());
    corner.addEventListener("keydown", (event) => {
      const step = ARROWS[event.key];
      if (step) this.shift(event, index, zone.points[index].map((part, axis) => part + step[axis]));
      if (event.key === "Delete" || event.key === "Backspace") this.on.remove(index);
    });
    return corner;
  }

  shift(event, index, point) {
    event.preventDefault();
    event.stopPropagation(); // in a dialog, arrows lead to the next picture
    this.on.move(index, point.map(limit));
    this.focus(index);
  }

  focus(index) {
    this.marks.querySelectorAll(".corner")[index]?.focus();
  }

  follow(event, corner, index) {
    corner.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const point = this.locate(moved);
      place(corner, point);
      this.on.move(index, point, true);
    };
    corner.addEventListener("pointermove", move);
    corner.addEventListener("lostpointercapture", () => corner.removeEventListener("pointermove", move), { once: true });
  }

  /** The same while a corner is dragged, whose button must stay. */
  redraw(zones, chosen, isOpen) {
    this.outlines.replaceChildren(...zones.flatMap((zone) => drawOutline(zone, zone === chosen, isOpen)));
    const labels = this.marks.querySelectorAll(".zone-name");
    zones.filter(({ points }) => points.length).forEach(({ points }, index) => place(labels[index], findTop(points)));
  }

  locate({ clientX, clientY }) {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return [limit((clientX - left) / width), limit((clientY - top) / height)];
  }
}

function limit(part) {
  return Math.round(10_000 * Math.min(1, Math.max(0, part))) / 10_000;
}

function place(element, [x, y]) {
  element.style.left = `${100 * x}%`;
  element.style.top = `${100 * y}%`;
}

function drawOutline({ points }, isChosen, isOpen) {
  // A dark line under a bright one: one of them is visible on any picture.
  return ["under", "over"].map((line) => {
    const outline = document.createElementNS(SVG, isChosen && isOpen ? "polyline" : "polygon");
    outline.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    outline.setAttribute("class", `${line}${isChosen ? " chosen" : ""}`);
    return outline;
  });
}

function drawName({ name, points }) {
  const label = Object.assign(document.createElement("span"), { className: "zone-name", textContent: name });
  label.setAttribute("aria-hidden", "true");
  place(label, findTop(points));
  return label;
}

function findTop(points) {
  return points.reduce((top, point) => (point[1] < top[1] ? point : top));
}
