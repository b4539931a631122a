import { Drawing } from './png.ts'

/**
 * Draws the shop's icon for a browser's tab: an L on the shop's green. It has 32 by 32 pixels, and every
 * browser accepts it as `/favicon.ico`.
 */
export function shopIcon(): Buffer {
  const drawing = new Drawing({ width: 32, height: 32 }, [0x0a6b4a, 0xffffff])
  drawing.fill(10, 6, 5, 20, 1)
  drawing.fill(10, 21, 13, 5, 1)
  return drawing.png()
}
