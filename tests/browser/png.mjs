// Makes the PNG of a screenshot small: few colours, one byte a pixel. No tool is needed, and the same page always gives
// the same bytes.
import { deflateSync, inflateSync } from 'node:zlib';

const CRC = Uint32Array.from({ length: 256 }, (_, at) => {
  let it = at;
  for (let bit = 0; bit < 8; bit += 1) it = it & 1 ? 0xedb88320 ^ (it >>> 1) : it >>> 1;
  return it >>> 0;
});

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const crc = body.reduce((it, byte) => CRC[(it ^ byte) & 255] ^ (it >>> 8), 0xffffffff);
  const ends = [Buffer.alloc(4), Buffer.alloc(4)];
  ends[0].writeUInt32BE(data.length);
  ends[1].writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([ends[0], body, ends[1]]);
}

/** Width, height, and red, green and blue of every pixel of a PNG as Chromium writes it: 8 bits, not interlaced. */
function read(png) {
  let head;
  const packed = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const kind = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR') head = data;
    if (kind === 'IDAT') packed.push(data);
    at += length + 12;
  }
  const [width, height, step] = [head.readUInt32BE(0), head.readUInt32BE(4), head[9] === 6 ? 4 : 3];
  const rows = inflateSync(Buffer.concat(packed));
  const [stride, pixels] = [width * step, Buffer.alloc(width * height * 3)];
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)];
    const row = rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let x = 0; x < stride; x += 1) {
      const [left, up, corner] = [x < step ? 0 : row[x - step], above[x], x < step ? 0 : above[x - step]];
      if (filter === 1) row[x] += left;
      else if (filter === 2) row[x] += up;
      else if (filter === 3) row[x] += (left + up) >> 1;
      else if (filter === 4) {
        const far = [left, up, corner].map((it) => Math.abs(left + up - corner - it));
        row[x] += far[0] <= far[1] && far[0] <= far[2] ? left : far[1] <= far[2] ? up : corner;
      }
    }
    for (let x = 0; x < width; x += 1) row.copy(pixels, (y * width + x) * 3, x * step, x * step + 3);
    above = row;
  }
  return { width, height, pixels };
}

/** The same picture in at most so many colours: those seen most, each other one as the nearest of them. */
export function fewColours(png, most = 64) {
  const { width, height, pixels } = read(png);
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most).map((it) => it[0]);
  const far = (a, b) => [16, 8, 0].reduce((sum, bits) => sum + (((a >> bits) & 255) - ((b >> bits) & 255)) ** 2, 0);
  const nearest = (colour) => palette.reduce((best, it, at) => (far(it, colour) < far(palette[best], colour) ? at : best), 0);
  const places = new Map([...counts.keys()].map((it) => [it, nearest(it)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = places.get(pixels.readUIntBE((y * width + x) * 3, 3));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    png.subarray(0, 8), chunk('IHDR', head), chunk('PLTE', Buffer.from(palette.flatMap((it) => [it >> 16, (it >> 8) & 255, it & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}
