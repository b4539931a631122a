import type { FastifyRequest } from 'fastify'
import { noteOf, type Tone } from './note.ts'
import type { Language, Page } from './page.ts'

type Trouble = 'lost' | 'unfit' | 'busy' | 'broken'

interface Said {
  title: string
  text: string
}

const texts: Record<Language, Record<Trouble, Said> & { help: string }> = {
  id: {
    lost: {
      title: 'Tidak ditemukan',
      text: 'Tidak ada apa-apa di alamat ini. Periksa apakah tautannya tersalin lengkap.',
    },
    unfit: {
      title: 'Alamat tidak dikenal',
      text: 'Alamat ini tidak dapat kami baca. Periksa apakah tautannya tersalin lengkap.',
    },
    busy: {
      title: 'Mohon tunggu',
      text: 'Terlalu banyak permintaan dari jaringan Anda. Halaman ini mencoba lagi dengan sendirinya.',
    },
    broken: {
      title: 'Ada gangguan',
      text: 'Ada gangguan di pihak kami, dan tidak ada yang berubah. Halaman ini mencoba lagi dengan sendirinya.',
    },
    help: 'Kode bantuan',
  },
  en: {
    lost: {
      title: 'Not found',
      text: 'There is nothing at this address. Check that you copied the whole link.',
    },
    unfit: {
      title: 'Unknown address',
      text: 'This address cannot be read. Check that you copied the whole link.',
    },
    busy: {
      title: 'Please wait',
      text: 'Too many requests come from your network. This page tries again automatically.',
    },
    broken: {
      title: 'Something went wrong',
      text: 'There was an error on our side, and nothing was changed. This page tries again automatically.',
    },
    help: 'Help code',
  },
}

const tones: Record<Trouble, Tone> = { lost: 'bad', unfit: 'bad', busy: 'wait', broken: 'bad' }

const RETRY_S = 10

/** Tells whether a person sends this request from a browser: a GET outside the API that accepts HTML. */
export function isForPeople(request: FastifyRequest): boolean {
  if (request.method !== 'GET' || request.url.startsWith('/api/')) return false
  return (request.headers.accept ?? '').includes('text/html')
}

/**
 * Returns the page that explains an error to a person. It shows the request's id, which they can give to
 * support.
 */
export function problemPage(
  language: Language,
  problem: { status: number; requestId: string; retryAfterS?: number | undefined },
): Page {
  const { status, requestId, retryAfterS } = problem
  const trouble = status === 404 ? 'lost' : status === 429 ? 'busy' : status >= 500 ? 'broken' : 'unfit'
  const { title, text } = texts[language][trouble]
  const again = trouble === 'busy' || trouble === 'broken'
  const body = noteOf({ tone: tones[trouble], title, text, facts: [[texts[language].help, requestId]] })
  return {
    status,
    language,
    title,
    body,
    hidden: true,
    ...(again ? { refresh: { afterS: retryAfterS ?? RETRY_S } } : {}),
  }
}
