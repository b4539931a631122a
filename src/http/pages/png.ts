import { crc32, deflateSync } from 'node:zlib'

/**
 * A picture of a few colours, made of filled rectangles. It is encoded as a PNG (RFC 2083) with one byte for
 * each pixel.
 */
export class Drawing {
  readonly width: number
  readonly height: number
  readonly #colours: readonly number[]
  readonly #pixels: Buffer

  /** Starts a picture with every pixel in the first of the `colours` (0xrrggbb). */
  constructor(size: { width: number; height: number }, colours: readonly number[]) {
    this.width = size.width
    this.height = size.height
    this.#colours = colours
    // Each row of pixels in a PNG begins with one byte, which names the row's filter; 0 means no filter.
    this.#pixels = Buffer.alloc((this.width + 1) * this.height, 0)
  }

  /** Fills a rectangle with the colour whose index is `colour`. */
  fill(x: number, y: number, w: number, h: number, colour: number): void {
    for (let row = y; row < y + h; row++) {
      const start = row * (this.width + 1) + 1 + x
      this.#pixels.fill(colour, start, start + w)
    }
  }

  png(): Buffer {
    const header = Buffer.alloc(13)
    header.writeUInt32BE(this.width, 0)
    header.writeUInt32BE(this.height, 4)
    header.set([8, 3, 0, 0, 0], 8)
    const palette = Buffer.from(this.#colours.flatMap((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255]))
    return Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('PLTE', palette),
      chunk('IDAT', deflateSync(this.#pixels, { level: 3 })),
      chunk('IEND', Buffer.alloc(0)),
    ])
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(named, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}
