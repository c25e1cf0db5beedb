/**
 * Two pictures, how far they are apart. Both are cut into blocks of 32 pixels of the screen and only the mean colour
 * of a block is compared, in CIELAB: another machine smooths and places glyphs a little otherwise, which changes every
 * pixel of a text but hardly how much ink a block has, and not its hue. So lightness may differ more than hue. What
 * moved, went missing or has another colour changes the mean of its block by more than that.
 * Everything here runs in a page, which can read and write pictures; so no library is needed for it.
 * Not here: which pictures there are, and what is said of them.
 */

/** Width of what is kept. */
export const KEPT = 640;
/** In pixels of what is kept; half as many as on the screen. */
const BLOCK = 16;
/** What another way of drawing text was seen to change at most is 1.0 and 0.8. */
const LIGHTER = 2;
const HUE = 1.6;
/** So many blocks may be over it: a caret, a label that found another place. */
const FORGIVEN = 1;

/** The PNG (base64) as it is kept: small, as WebP, whose losses leave the mean of a block as it was. */
export function shrink(page, picture) {
  return page.evaluate(
    async ([png, width]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
      const canvas = new OffscreenCanvas(width, Math.round((image.height * width) / image.width));
      const context = canvas.getContext("2d", { alpha: false });
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const kept = await canvas.convertToBlob({ type: "image/webp", quality: 0.95 });
      const bytes = new Uint8Array(await kept.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    [picture, KEPT],
  );
}

/** `{ same, worst: [{ x, y, lighter, hue }] }`, the worst first, in pixels of the screen. */
export async function compare(page, was, is) {
  const [before, after] = [await means(page, was), await means(page, is)];
  if (before.wide !== after.wide || before.colours.length !== after.colours.length)
    return { same: false, over: before.colours.length, most: Number.POSITIVE_INFINITY, worst: [] };
  const blocks = before.colours.map(([l, a, b], n) => {
    const [L, A, B] = after.colours[n];
    const at = { x: (n % before.wide) * BLOCK * 2, y: Math.floor(n / before.wide) * BLOCK * 2 };
    return { ...at, lighter: L - l, hue: Math.hypot(A - a, B - b) };
  });
  const excess = ({ lighter, hue }) => Math.max(Math.abs(lighter) / LIGHTER, hue / HUE);
  const worst = blocks.sort((p, q) => excess(q) - excess(p));
  const over = blocks.filter((block) => excess(block) > 1).length;
  return { same: over <= FORGIVEN, over, worst: worst.slice(0, 3) };
}

/** CIELAB of the mean of each block, row by row. */
function means(page, picture) {
  return page.evaluate(
    async ([webp, block]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/webp;base64,${webp}`)).blob());
      const { width, height } = image;
      const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false, willReadFrequently: true });
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      const f = (t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
      const lab = (sum, count) => {
        const [r, g, b] = sum.map((c) => linear(c / count / 255));
        const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
        const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
        const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
        return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
      };
      const colours = [];
      for (let top = 0; top < height; top += block)
        for (let left = 0; left < width; left += block) {
          const sum = [0, 0, 0];
          let count = 0;
          for (let y = top; y < Math.min(height, top + block); y++)
            for (let x = left; x < Math.min(width, left + block); x++, count++)
              for (let c = 0; c < 3; c++) sum[c] += data[(y * width + x) * 4 + c];
          colours.push(lab(sum, count));
        }
      return { wide: Math.ceil(width / block), colours };
    },
    [picture, BLOCK],
  );
}
