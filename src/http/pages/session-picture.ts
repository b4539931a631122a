import { Drawing } from './png.ts'

/**
 * The size of the picture in pixels. Messengers show a large preview only for a picture of at least this
 * size. The picture is a PNG, because no messenger accepts SVG.
 */
export const PICTURE = { width: 600, height: 315 } as const

const INK = 1
const TRACK = 2
const BAR = 3
// The colours of the picture; the first one is the background.
const colours = [0x0b3d2e, 0xffffff, 0x2c6b57, 0xffc845]

/** The shapes of the digits in the picture: 3 by 5 dots, each row as three bits. */
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

/**
 * Returns a PNG of a session's progress: `paid/moq` in large digits over a bar. The picture is the same in
 * every language.
 */
export function sessionPicture({ paidUnits, moq }: { paidUnits: number; moq: number }): Buffer {
  const drawing = new Drawing(PICTURE, colours)
  const { width } = PICTURE
  const text = `${paidUnits}/${moq}`
  const dot = Math.min(28, Math.floor((width - 80) / (text.length * 4 - 1)))
  const left = Math.floor((width - (text.length * 4 - 1) * dot) / 2)
  const top = Math.floor(120 - (5 * dot) / 2)
  for (const [i, sign] of [...text].entries())
    for (const [row, bits] of (glyphs[sign] ?? []).entries())
      for (let column = 0; column < 3; column++)
        if (bits & (4 >> column)) drawing.fill(left + (i * 4 + column) * dot, top + row * dot, dot, dot, INK)
  const track = width - 80
  drawing.fill(40, 230, track, 36, TRACK)
  drawing.fill(40, 230, Math.floor(track * Math.min(1, paidUnits / moq)), 36, BAR)
  return drawing.png()
}
