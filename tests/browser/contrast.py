"""How well the words of a page stand out from what is behind them."""

from collections.abc import Sequence

from playwright.sync_api import Page

# Source: WCAG 2.2, 1.4.3: 4.5:1, and 3:1 for what is large: 24 px, or 18.66 px and bold. What is disabled is excepted.
_MEASURE = r"""
() => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const read = (colour) => {
    if (!known.has(colour)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const light = (colour) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((each) => linear(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const layer = read(getComputedStyle(each).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = new Map();
  const judge = (element, words, style) => {
    const colour = element.closest("svg") ? style.fill : style.color;
    let opacity = 1;
    for (let each = element; each; each = each.parentElement) opacity *= Number(getComputedStyle(each).opacity);
    const ground = behind(element);
    const [r, g, b, a] = read(colour);
    const [one, other] = [light(over([r, g, b, a * opacity], ground)), light(ground)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const where = `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
    const of = words.trim().slice(0, 30);
    if (ratio < least) found.set(where, `${ratio.toFixed(2)}:1 where ${least}:1 is due, of “${of}”`);
    count += 1;
  };
  let count = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest("script, option, :disabled, .unseen")) continue;
    judge(element, walk.currentNode.data, getComputedStyle(element));
  }
  for (const field of document.querySelectorAll("input:not([type=hidden], [type=checkbox]), textarea, select")) {
    if (!field.checkVisibility()) continue;
    const isEmpty = field.placeholder && !field.value;
    judge(field, field.value || field.placeholder || "", getComputedStyle(field, isEmpty ? "::placeholder" : null));
  }
  return { count, found: [...found].map(([where, what]) => `${where}: ${what}`) };
}
"""


def find_faint(page: Page) -> Sequence[str]:
    """Return the texts, and what is in fields, that stand out less than WCAG's AA asks for."""
    measured = page.evaluate(_MEASURE)
    assert measured["count"], "no text was found to be judged"
    return [str(each) for each in measured["found"]]
