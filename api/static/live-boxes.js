// Boxes and labels over the camera's video on the live page.

const LETTER_PIXELS = 14; // the smallest size allowed, on small screens, too

/** Draw a box and a label for each face of a response on a canvas over the video; with a `frame`, that
    picture first, so that the boxes are where the faces were when it was taken. */
export function drawBoxes(canvas, answer, labels, frame = null) {
  const sharpness = window.devicePixelRatio || 1;
  const scale = Math.min(canvas.clientWidth / answer.width, canvas.clientHeight / answer.height);
  const [width, height] = [answer.width * scale, answer.height * scale];
  canvas.width = Math.round(width * sharpness);
  canvas.height = Math.round(height * sharpness);
  const pen = canvas.getContext("2d");
  pen.scale(sharpness, sharpness);
  if (frame) pen.drawImage(frame, 0, 0, width, height);
  pen.font = `600 ${LETTER_PIXELS}px system-ui, sans-serif`;
  pen.textBaseline = "middle";
  const places = answer.faces.map(({ box }) => ({
    left: box.x * scale,
    top: box.y * scale,
    width: box.width * scale,
    height: box.height * scale,
  }));
  const colors = answer.faces.map((face) => readToken(`--box-${face.gender.value}`));
  const shade = readToken("--box-shade");
  places.forEach((place, index) => drawBox(pen, place, colors[index], shade, width < 480 ? 1.5 : 2.5));
  const taken = [...places];
  places.forEach((place, index) => {
    const size = { width: pen.measureText(labels[index]).width + 6, height: LETTER_PIXELS + 4 };
    const position = placeLabel(place, size, { width, height }, taken);
    taken.push(position);
    drawLabel(pen, position, labels[index], colors[index], shade);
  });
}

/** A canvas cannot use custom properties by name. */
function readToken(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function drawBox(pen, place, color, shade, line) {
  // A dark line under a bright one: one of them is visible on any background.
  for (const [width, style] of [[line * 2, shade], [line, color]]) {
    pen.lineWidth = width;
    pen.strokeStyle = style;
    pen.strokeRect(place.left, place.top, place.width, place.height);
  }
}

function placeLabel(place, size, all, taken) {
  // Above, below, left or right of the face: the first position inside the picture that covers nothing else.
  const { left, top } = place;
  const [right, bottom] = [left + place.width, top + place.height];
  const gap = 3;
  const corners = [
    [left, top - size.height - gap],
    [left, bottom + gap],
    [right - size.width, top - size.height - gap],
    [right - size.width, bottom + gap],
    [right + gap, top],
    [left - size.width - gap, top],
  ];
  const positions = corners.map(([x, y]) => ({
    left: Math.max(0, Math.min(x, all.width - size.width)),
    top: Math.max(0, Math.min(y, all.height - size.height)),
    ...size,
  }));
  return positions.find((position) => !taken.some((other) => overlap(position, other))) ?? positions[0];
}

function overlap(one, other) {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}

function drawLabel(pen, position, text, color, shade) {
  pen.fillStyle = shade;
  pen.fillRect(position.left, position.top, position.width, position.height);
  pen.fillStyle = color;
  pen.fillText(text, position.left + 3, position.top + position.height / 2 + 1);
}
