import { crc32, deflateSync } from 'node:zlib'

/** Pixels of the picture; messengers show a link's picture large from 600 by 315 on, and none of them takes SVG. */
export const PICTURE = { width: 600, height: 315 } as const

const GROUND = 0
const INK = 1
const TRACK = 2
const BAR = 3
const colours = [0x0b3d2e, 0xffffff, 0x2c6b57, 0xffc845]

/** Digits of 3 by 5 dots, a row three bits. */
const glyphs: Record<string, readonly number[]> = {
  '0': [7, 5, 5, 5, 7],
  '1': [2, 6, 2, 2, 7],
  '2': [7, 1, 7, 4, 7],
  '3': [7, 1, 7, 1, 7],
  '4': [5, 5, 7, 1, 1],
  '5': [7, 4, 7, 1, 7],
  '6': [7, 4, 7, 5, 7],
  '7': [7, 1, 1, 2, 2],
  '8': [7, 5, 7, 5, 7],
  '9': [7, 5, 7, 1, 7],
  '/': [1, 1, 2, 4, 4],
}

/** How far a session is, as a PNG: `paid/moq` in large digits over a bar. It says the same in every language. */
export function sessionPicture({ paidUnits, moq }: { paidUnits: number; moq: number }): Buffer {
  const { width, height } = PICTURE
  // A row begins with the byte of its filter, here none.
  const pixels = Buffer.alloc((width + 1) * height, GROUND)
  const fill = (x: number, y: number, w: number, h: number, colour: number) => {
    for (let row = y; row < y + h; row++)
      pixels.fill(colour, row * (width + 1) + 1 + x, row * (width + 1) + 1 + x + w)
  }
  const text = `${paidUnits}/${moq}`
  const dot = Math.min(28, Math.floor((width - 80) / (text.length * 4 - 1)))
  const left = Math.floor((width - (text.length * 4 - 1) * dot) / 2)
  const top = Math.floor(120 - (5 * dot) / 2)
  for (const [i, sign] of [...text].entries())
    for (const [row, bits] of (glyphs[sign] ?? []).entries())
      for (let column = 0; column < 3; column++)
        if (bits & (4 >> column)) fill(left + (i * 4 + column) * dot, top + row * dot, dot, dot, INK)
  const track = width - 80
  fill(40, 230, track, 36, TRACK)
  fill(40, 230, Math.floor(track * Math.min(1, paidUnits / moq)), 36, BAR)
  return png(pixels)
}

/** A PNG of one byte a pixel, each the number of a colour (RFC 2083). */
function png(pixels: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(PICTURE.width, 0)
  header.writeUInt32BE(PICTURE.height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.from(colours.flatMap((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255]))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(pixels, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(named, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}
