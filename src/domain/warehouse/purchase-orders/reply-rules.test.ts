import { describe, expect, it } from 'vitest'
import { codesIn, meaningOf } from './reply-rules.ts'

const CODE = 'PO-261125-7K3QX2'

describe("a factory's reply", () => {
  it.each([
    ['ok', 'yes'],
    ['Oke siap kak', 'yes'],
    ['YA', 'yes'],
    [`konfirmasi ${CODE.toLowerCase()}`, 'yes'],
    [`ok ${CODE} dan PO-261125-AAAAAA`, 'yes'],
    ['👍', 'yes'],
    ['bisa, akan dikirim besok', 'yes'],
    ['sudah dikirim, resi JNE 123456', 'shipped'],
    ['Barang udah jalan', 'shipped'],
    ['tidak', 'no'],
    ['ya tapi tidak bisa', 'no'],
    ['maaf stok habis', 'no'],
    ['belum dikirim', 'no'],
    ['ok?', 'unclear'],
    ['ok 50 saja', 'unclear'],
    ['bisa kalau minggu depan', 'unclear'],
    ['besok saya cek', 'unclear'],
    ['', 'unclear'],
    [undefined, 'unclear'],
  ] as const)('%s is %s', (text, meaning) => {
    expect(meaningOf(text)).toBe(meaning)
  })

  it('names purchase orders in any case, each once', () => {
    expect(codesIn(`ok po-261125-7k3qx2 dan ${CODE}, PO-261125-AAAAAA`)).toEqual([CODE, 'PO-261125-AAAAAA'])
    expect(codesIn('ok')).toEqual([])
  })
})
