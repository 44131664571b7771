// Runs in the browser, below the pictures: measures what was drawn, and leaves what it found in place of the page.

/** Letters are less high than the line that a browser counts for them. */
const SLACK = 2.5;

addEventListener("error", ({ message, lineno }) => {
  document.body.textContent = `${message} in line ${lineno}`;
});

const found = { figures: 0, texts: 0, faults: [], leastText: 21, leastLine: 21, auto: "" };

for (const figure of document.querySelectorAll("figure")) {
  const svg = figure.querySelector("svg");
  const fault = (what, ...those) => found.faults.push([figure.id, what, ...those.map(nameOf)].join(" | "));
  const all = (which) => [...svg.querySelectorAll(which)].map((node) => ({ node, box: boxOf(node) }));
  const texts = all("text");
  const frames = all("rect.frame");
  const lines = all("line, path, circle, rect.band");
  const canvas = svg.querySelector("rect.page").getBBox();
  found.figures++;
  found.texts += texts.length;

  for (const one of [...texts, ...frames, ...lines]) if (!isInside(one.box, canvas)) fault("leaves the canvas", one);
  eachPair(texts, (one, other) => meets(one.box, other.box) && fault("two texts", one, other));
  eachPair(frames, (one, other) => meets(one.box, other.box) && fault("two boxes", one, other));
  for (const text of texts) {
    for (const frame of frames) {
      if (meets(text.box, frame.box) && !isInside(text.box, frame.box)) fault("text over a border", text, frame);
    }
    for (const line of lines) if (meets(text.box, line.box)) fault("text over a line", text, line);
    found.leastText = Math.min(found.leastText, contrast(fillOf(text.node), fillOf(groundOf(text))));
  }
  const page = fillOf(svg.querySelector("rect.page"));
  for (const { node } of lines) {
    const { stroke, fill } = getComputedStyle(node);
    found.leastLine = Math.min(found.leastLine, contrast(stroke === "none" ? fill : stroke, page));
  }
  if (figure.id === "auto") found.auto = page;
}

document.body.textContent = JSON.stringify(found);

/** What a node covers in the picture's own pixels, with its stroke; of a text, its letters. */
function boxOf(node) {
  const { x, y, width, height } = node.getBBox();
  if (node.tagName === "text") return { x, y: y + SLACK, width, height: height - 2 * SLACK };
  const half = node.tagName === "rect" || node.tagName === "circle" ? 0 : 1;
  return { x: x - half, y: y - half, width: width + 2 * half, height: height + 2 * half };
}

function meets(one, other) {
  const across = one.x < other.x + other.width && other.x < one.x + one.width;
  return across && one.y < other.y + other.height && other.y < one.y + one.height;
}

function isInside(one, other) {
  const across = one.x >= other.x && one.x + one.width <= other.x + other.width;
  return across && one.y >= other.y && one.y + one.height <= other.y + other.height;
}

function eachPair(those, call) {
  for (const [i, one] of those.entries()) for (const other of those.slice(i + 1)) call(one, other);
}

/** The last thing that was painted before a text and lies below all of it. */
function groundOf({ node, box }) {
  const rects = [...node.ownerSVGElement.querySelectorAll("rect")];
  const isBefore = (rect) => rect.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  return rects.filter((rect) => isBefore(rect) && isInside(box, rect.getBBox())).at(-1) ?? rects[0];
}

function fillOf(node) {
  return getComputedStyle(node).fill;
}

/** WCAG 2.1: 1 for the same colour, 21 for black on white. */
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = /(\d+), (\d+), (\d+)/
    .exec(colour)
    .slice(1)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function nameOf({ node }) {
  return node.textContent || node.outerHTML;
}
