/** The factory that a new laku begins with: a small maker of clothes in Bandung. */
export const seedFactory = {
  name: 'Konveksi Cihampelas',
  phone: '+6281220001234',
  city: 'Bandung',
  province: 'Jawa Barat',
  postalCode: '40131',
}

export const seedProducts = [
  {
    name: 'Kaos katun polos',
    description: 'Katun 30s, 150 g',
    variants: [
      {
        sku: 'KAOS-HITAM-M',
        name: 'hitam, M',
        weightG: 180,
        priceIdr: 65_000,
        wholesaleUnit: 12,
        maxExcessUnits: 24,
      },
      {
        sku: 'KAOS-HITAM-L',
        name: 'hitam, L',
        weightG: 195,
        priceIdr: 65_000,
        wholesaleUnit: 12,
        maxExcessUnits: 24,
      },
      {
        sku: 'KAOS-PUTIH-M',
        name: 'putih, M',
        weightG: 180,
        priceIdr: 62_000,
        wholesaleUnit: 12,
        maxExcessUnits: 24,
      },
    ],
  },
  {
    name: 'Jaket ringan',
    description: 'Parasut, tahan angin',
    variants: [
      {
        sku: 'JAKET-NAVY-L',
        name: 'navy, L',
        weightG: 420,
        priceIdr: 185_000,
        wholesaleUnit: 6,
        maxExcessUnits: 6,
      },
    ],
  },
]

/** The number of pieces that each seeded variant has in stock. */
export const seedStock = 200

/** The session that sells the first seeded product. It is open for a week from the moment it is inserted. */
export const seedSession = {
  moq: 10,
  capacity: 100,
  openDays: 7,
  // The session closes at its deadline: if it closed at its MOQ, it would never reach its second price tier.
  closePolicy: 'at_deadline' as const,
  tiers: [
    { minUnits: 1, offPercent: 20 },
    { minUnits: 50, offPercent: 26 },
  ],
}
