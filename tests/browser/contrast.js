// All visible text of the page whose contrast with what is painted behind it is too low.
(least) => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true });

  function rgba(colour) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }

  function over([r, g, b, a], below) {
    return [r, g, b].map((part, place) => part * a + below[place] * (1 - a));
  }

  function lineage(element) {
    const found = [];
    for (let one = element; one; one = one.parentElement) found.unshift(one);
    return found;
  }

  function luminance(colour) {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(element) {
    let behind = rgba(getComputedStyle(document.documentElement).backgroundColor).slice(0, 3);
    let opacity = 1;
    for (const one of lineage(element)) {
      const style = getComputedStyle(one);
      behind = over(rgba(style.backgroundColor), behind);
      opacity *= Number(style.opacity);
    }
    const [r, g, b, a] = rgba(getComputedStyle(element).color);
    const text = luminance(over([r, g, b, a * opacity], behind));
    const paper = luminance(behind);
    return (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
  }

  function hasText(element) {
    if (element.matches("input:not([type=hidden]), select, textarea")) return true;
    return [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  }

  return [...document.body.querySelectorAll("*:not(svg, svg *, option, script)")]
    .filter((element) => hasText(element) && element.checkVisibility({ visibilityProperty: true }))
    .map((element) => [contrast(element), element])
    .filter(([found]) => found < least)
    .map(([found, element]) =>
      `${found.toFixed(2)} ${element.tagName.toLowerCase()}.${element.className}: ${element.textContent.trim().slice(0, 40)}`);
}
